// Inception-v3 with FID's weights: what FID, sFID, KID, precision, recall and the inception score look at (method.md, section 6).

import Formats
public import Tensor

/// The network, its batch norms folded into the convolutions before them.
public final class Inception: Sendable {
  /// What the network says of images.
  public struct Features: Sendable {
    /// [n, 2048]: FID's.
    public let pooled: Tensor
    /// [n, 1008], without bias: the inception score's.
    public let logits: Tensor
    /// [n, 17, 17, 7]: sFID's, the first channels of Mixed_6d's first branch.
    public let spatial: Tensor
  }

  public static let features = 2048
  public static let classes = 1008
  /// Of `spatial`, in all.
  public static let spatialFeatures = 17 * 17 * 7
  /// Batch normalisation's.
  private static let eps = 0.001

  private let layers: [String: ConvolutionLayer]
  /// Biases of those that averages follow.
  private let offsets: [String: Tensor]
  /// [2048, 1008]
  private let classifier: Tensor

  /// - Parameter path: the reference's pickle, pytorch-fid's .pth, or the same tensors in npz or safetensors.
  /// - Throws: `FormatError` where the file is missing or is another network's.
  public convenience init(contentsOf path: String) throws {
    try requireWeights(
      path, "Inception-v3 for FID",
      published: "the reference reads inception_v3_weights_fid.pickle of github.com/matthias-wright/jax-fid, and "
        + "pt_inception-2015-12-05-6726825d.pth of github.com/mseitzer/pytorch-fid (releases, fid_weights) holds the same",
      without: "`classifier` gives features for distances that compare with one another, not with published FIDs")
    try self.init(NetworkWeights(contentsOf: path))
  }

  init(_ weights: NetworkWeights) throws {
    if let shape = try? weights["fc.weight"].shape, shape == [Self.features, 1000] {
      throw FormatError(
        .format, weights.path, "these are torchvision's weights for 1000 classes, another network than FID's with 1008",
        hint: "pt_inception-2015-12-05-6726825d.pth of github.com/mseitzer/pytorch-fid is the right one")
    }
    try weights.check(
      Self.slots, of: "Inception-v3 for FID", hint: "`inception` reads inception_v3_weights_fid.pickle and pt_inception-2015-12-05-6726825d.pth")
    classifier = try weights["fc.weight"].cast(to: .float32).evaluated()
    var offsets: [String: Tensor] = [:]
    layers = try Dictionary(
      uniqueKeysWithValues: InceptionUnit.all.map { unit in
        func part(_ name: String) throws -> Tensor { try weights["\(unit.name).\(name)"].cast(to: .float64) }
        let factor = try part("bn.weight") / sqrt(part("bn.running_var") + Self.eps)
        let isAveraged = unit.name.hasSuffix(".branch_pool") && unit.name != "Mixed_7c.branch_pool"
        let bias = try part("bn.bias") - part("bn.running_mean") * factor
        if isAveraged { offsets[unit.name] = try bias.cast(to: .float32).evaluated() }
        let layer = try ConvolutionLayer(
          kernel: part("conv.weight") * factor, bias: isAveraged ? nil : bias, stride: [unit.stride, unit.stride],
          padding: .sizes(before: unit.border, after: unit.border), rectifies: !isAveraged)
        return (unit.name, layer)
      })
    self.offsets = offsets
  }

  /// Names and shapes of all weights.
  static var slots: [(name: String, shape: [Int])] {
    var slots = [(name: "fc.weight", shape: [features, classes])]
    for unit in InceptionUnit.all {
      slots.append((unit.name + ".conv.weight", unit.size + [unit.inputs, unit.outputs]))
      for part in ["weight", "bias", "running_mean", "running_var"] { slots.append(("\(unit.name).bn.\(part)", [unit.outputs])) }
    }
    return slots
  }

  /// So many images go through the network together: more gain nothing, and memory stays bounded.
  static let portion = 16

  /// - Parameters:
  ///   - images: [n, h, w, 3] or [n, h, w, 1], uint8; other types are taken as [-1, 1] and made bytes first.
  ///   - precision: of the convolutions; sums, norms and results are float32.
  ///   - report: hears how many images are done.
  public func callAsFunction(
    _ images: Tensor, precision: ProductPrecision = .current, report: (Int) -> Void = { _ in }
  ) throws -> Features {
    let pixels = try checkedImages(images)
    var parts: [[Tensor]] = []
    for start in stride(from: 0, to: pixels.shape[0], by: Self.portion) {
      let rows = start..<min(pixels.shape[0], start + Self.portion)
      let x = try inceptionInput(pixels.narrowed(axis: 0, rows))
      let part = try forward(precision == .bfloat16 ? x.cast(to: .bfloat16) : x)
      try evaluate(part)
      parts.append(part)
      report(rows.upperBound)
    }
    let whole = try parts.count == 1 ? parts[0] : (0..<3).map { index in try concat(parts.map { $0[index] }).evaluated() }
    return Features(pooled: whole[0], logits: whole[1], spatial: whole[2])
  }

  private func checkedImages(_ images: Tensor) throws -> Tensor {
    let operand = Operand(shape: images.shape, dtype: images.dtype)
    guard images.rank == 4, [1, 3].contains(images.shape[3]), !images.shape.contains(0) else {
      throw TensorError(.shape, "inception", [operand], "images are [n, h, w, 3], at least one of at least one pixel")
    }
    let bytes = images.dtype == .uint8 ? images : try toImage(images)
    return images.shape[3] == 3 ? bytes : try bytes.broadcast(to: Array(images.shape[..<3]) + [3])
  }

  // MARK: the network

  /// x [n, 299, 299, 3] -> pooled, logits, spatial.
  private func forward(_ x: Tensor) throws -> [Tensor] {
    var y = try unit("Conv2d_1a_3x3", x)                              // [n, 149, 149, 32]
    y = try unit("Conv2d_2a_3x3", y)                                  // [n, 147, 147, 32]
    y = try unit("Conv2d_2b_3x3", y)                                  // [n, 147, 147, 64]
    y = try maxPool(y, size: [3, 3], stride: [2, 2])                  // [n, 73, 73, 64]
    y = try unit("Conv2d_3b_1x1", y)                                  // [n, 73, 73, 80]
    y = try unit("Conv2d_4a_3x3", y)                                  // [n, 71, 71, 192]
    y = try maxPool(y, size: [3, 3], stride: [2, 2])                  // [n, 35, 35, 192]
    for block in ["Mixed_5b", "Mixed_5c", "Mixed_5d"] { y = try blockA(block, y) }  // [n, 35, 35, 288]
    y = try blockB(y)                                                 // [n, 17, 17, 768]
    for block in ["Mixed_6b", "Mixed_6c"] { y = try blockC(block, y).whole }
    let sixth = try blockC("Mixed_6d", y)                             // [n, 17, 17, 768]
    y = try blockC("Mixed_6e", sixth.whole).whole
    y = try blockD(y)                                                 // [n, 8, 8, 1280]
    y = try blockE("Mixed_7b", y, pooled: averaged("Mixed_7b", y))    // [n, 8, 8, 2048]
    // The weights of 2015 were trained with a maximum here.
    let largest = try maxPool(y, size: [3, 3], stride: [1, 1], padding: .around(1))
    y = try blockE("Mixed_7c", y, pooled: unit("Mixed_7c.branch_pool", largest))
    let pooled = try mean(y.cast(to: .float32), axes: [1, 2])         // [n, 2048]
    let spatial = try sixth.first.narrowed(axis: 3, 0..<7).cast(to: .float32)
    return [pooled, try matmul(pooled, classifier), spatial]
  }

  private func unit(_ name: String, _ x: Tensor) throws -> Tensor {
    guard let layer = layers[name] else { preconditionFailure("no layer \(name)") }
    return try layer(x)
  }

  /// One unit after the other.
  private func chain(_ block: String, _ branch: String, _ parts: [String], _ x: Tensor) throws -> Tensor {
    try parts.reduce(x) { try unit("\(block).\(branch)\($1)", $0) }
  }

  /// A convolution of one pixel on averages, in the other order, which is the same: of up to ten times fewer channels are
  /// averages then made.
  private func averaged(_ block: String, _ x: Tensor) throws -> Tensor {
    let name = block + ".branch_pool"
    guard let offset = offsets[name] else { preconditionFailure("no offset for \(name)") }
    let y = try unit(name, x).cast(to: .float32)
    return try relu(avgPool(y, size: [3, 3], stride: [1, 1], padding: .around(1), countsPadding: false) + offset).cast(to: x.dtype)
  }

  private func blockA(_ name: String, _ x: Tensor) throws -> Tensor {
    try concat(
      [
        unit(name + ".branch1x1", x), chain(name, "branch5x5", ["_1", "_2"], x),
        chain(name, "branch3x3dbl", ["_1", "_2", "_3"], x), averaged(name, x),
      ], axis: 3)
  }

  private func blockB(_ x: Tensor) throws -> Tensor {
    try concat(
      [
        unit("Mixed_6a.branch3x3", x), chain("Mixed_6a", "branch3x3dbl", ["_1", "_2", "_3"], x),
        maxPool(x, size: [3, 3], stride: [2, 2]),
      ], axis: 3)
  }

  private func blockC(_ name: String, _ x: Tensor) throws -> (whole: Tensor, first: Tensor) {
    let first = try unit(name + ".branch1x1", x)
    let whole = try concat(
      [
        first, chain(name, "branch7x7", ["_1", "_2", "_3"], x),
        chain(name, "branch7x7dbl", ["_1", "_2", "_3", "_4", "_5"], x), averaged(name, x),
      ], axis: 3)
    return (whole, first)
  }

  private func blockD(_ x: Tensor) throws -> Tensor {
    try concat(
      [
        chain("Mixed_7a", "branch3x3", ["_1", "_2"], x), chain("Mixed_7a", "branch7x7x3", ["_1", "_2", "_3", "_4"], x),
        maxPool(x, size: [3, 3], stride: [2, 2]),
      ], axis: 3)
  }

  private func blockE(_ name: String, _ x: Tensor, pooled: Tensor) throws -> Tensor {
    let three = try unit(name + ".branch3x3_1", x)
    let double = try chain(name, "branch3x3dbl", ["_1", "_2"], x)
    return try concat(
      [
        unit(name + ".branch1x1", x), unit(name + ".branch3x3_2a", three), unit(name + ".branch3x3_2b", three),
        unit(name + ".branch3x3dbl_3a", double), unit(name + ".branch3x3dbl_3b", double),
        pooled,
      ], axis: 3)
  }
}
