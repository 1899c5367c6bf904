// Precision and recall of samples: the share of samples that lie among the real images, and of real images that lie among
// the samples. A set's region is the union of balls that reach to each member's k-th neighbour. Source: Kynkaanniemi and
// others, Improved precision and recall metric for assessing generative models (2019).

public import Tensor

public struct PrecisionRecall: Sendable {
  public let precision: Double
  public let recall: Double

  /// - Parameters:
  ///   - real, samples: features [n, d].
  ///   - neighbours: k, below the size of either set.
  public init(real: Tensor, samples: Tensor, neighbours: Int = 3) throws {
    let operands = [real, samples].map { Operand(shape: $0.shape, dtype: $0.dtype) }
    guard real.rank == 2, samples.rank == 2, real.shape[1] == samples.shape[1], real.shape[1] > 0 else {
      throw TensorError(.shape, "precision_recall", operands, "both sets of features are [n, d], of one d")
    }
    guard neighbours >= 1, min(real.shape[0], samples.shape[0]) > neighbours else {
      throw TensorError(
        .value, "precision_recall", operands, "\(neighbours) neighbours need more than \(neighbours) images in either set")
    }
    let (a, b) = try (Points(real), Points(samples))
    precision = try a.shareInside(b, radii: a.radii(neighbours))
    recall = try b.shareInside(a, radii: b.radii(neighbours))
  }
}

/// Points with their squared lengths, float64: distances of near points are differences of large numbers.
private struct Points {
  let x: Tensor
  let lengths: Tensor

  init(_ features: Tensor) throws {
    x = try features.cast(to: .float64).evaluated()
    lengths = try sum(x * x, axes: [1]).evaluated()
  }

  /// Rows of distances that are held at a time.
  private static let block = 512

  /// Calls the body with the squared distances of each of `others` to all points.
  private func eachRow(of others: Points, _ body: @Sendable (_ row: Int, _ distances: UnsafeBufferPointer<Double>) -> Void) throws {
    let count = x.shape[0]
    for start in stride(from: 0, to: others.x.shape[0], by: Self.block) {
      let rows = start..<min(others.x.shape[0], start + Self.block)
      let products = try matmul(others.x.narrowed(axis: 0, rows), x.transposed())
      let squares = try others.lengths.narrowed(axis: 0, rows).expanded(1) + lengths - products * 2
      try squares.withBytes { bytes in
        nonisolated(unsafe) let numbers = bytes.bindMemory(to: Double.self)
        try Threads.forEach(rows.count) { row in
          body(start + row, UnsafeBufferPointer(rebasing: numbers[row * count..<(row + 1) * count]))
        }
      }
    }
  }

  /// The squared distance of each point to its k-th neighbour.
  func radii(_ k: Int) throws -> [Double] {
    try [Double](unsafeUninitializedCapacity: x.shape[0]) { memory, initialised in
      nonisolated(unsafe) let radii = memory
      try eachRow(of: self) { own, distances in
        var nearest = [Double](repeating: .infinity, count: k)
        for (index, distance) in distances.enumerated() where index != own && distance < nearest[k - 1] {
          var place = k - 1
          while place > 0, nearest[place - 1] > distance {
            nearest[place] = nearest[place - 1]
            place -= 1
          }
          nearest[place] = distance
        }
        radii[own] = nearest[k - 1]
      }
      initialised = x.shape[0]
    }
  }

  /// The share of others that lie within the radius of any point.
  func shareInside(_ others: Points, radii: [Double]) throws -> Double {
    let inside = try [Bool](unsafeUninitializedCapacity: others.x.shape[0]) { memory, initialised in
      nonisolated(unsafe) let inside = memory
      try eachRow(of: others) { row, distances in
        inside[row] = zip(distances, radii).contains { $0 <= $1 }
      }
      initialised = others.x.shape[0]
    }
    return Double(inside.count { $0 }) / Double(inside.count)
  }
}
