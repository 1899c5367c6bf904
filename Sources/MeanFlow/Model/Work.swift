// What a network costs: floating-point operations of its matrix products, counted as in method.md's table.
// Elementwise work is not counted; a multiply-add is two operations.

extension Configuration {
  /// Operations of one block on one image: four D x D projections, the MLP's three, and attention's two T x T.
  public var blockOperations: Double {
    let T = Double(tokens), D = Double(hiddenSize), M = Double(mlpHidden)
    return 2 * T * (4 * D * D + 3 * D * M) + 4 * T * T * D
  }

  /// Patch embedding and one final layer.
  private var edgeOperations: Double { 4 * Double(patches * patchDim * hiddenSize) }

  /// Operations of one sampling step on one image: the trunk and the u head.
  public var samplingOperations: Double { Double(depth) * blockOperations + edgeOperations }

  /// Operations of both heads on one image.
  public var forwardOperations: Double { Double(depth + auxHeadDepth) * blockOperations + 1.5 * edgeOperations }

  /// Operations of a training step an image, as the reference computes it: three guidance rows on the v path, u and v with
  /// a tangent along the u path, and twice the forward work backwards.
  public var referenceTrainingOperations: Double {
    Double(3 * depth + (depth + auxHeadDepth) + depth + 2 * (depth + auxHeadDepth)) * blockOperations
  }

  /// Operations of a training step an image that are needed: two guidance rows, and the tangent only for the share of
  /// the batch with r < t.
  public func neededTrainingOperations(dataProportion: Double = 0.5) -> Double {
    let forward = Double(depth + auxHeadDepth), tangent = Double(depth) * (1 - dataProportion)
    return (Double(2 * depth) + forward + tangent + 2 * forward) * blockOperations
  }
}
