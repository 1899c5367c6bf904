// The pieces of Stable Diffusion's autoencoder: norm with SiLU, residual block, attention, halving and doubling of images.

import Tensor

/// Group normalisation with its weights; SiLU after it where asked for.
struct NormLayer: Sendable {
  let groups: Int
  let weight: Tensor, bias: Tensor

  init(_ name: String, _ weights: NetworkWeights, groups: Int) throws {
    self.groups = groups
    weight = try weights[name + ".weight"].cast(to: .float32).evaluated()
    bias = try weights[name + ".bias"].cast(to: .float32).evaluated()
  }

  func callAsFunction(_ x: Tensor, silu: Bool = true) throws -> Tensor {
    try groupNorm(x, groups: groups, weight: weight, bias: bias, eps: 1e-6, silu: silu)
  }
}

extension ConvolutionLayer {
  /// A convolution with bias that keeps the size of images; a product [in, out] as one of a single pixel.
  convenience init(_ name: String, _ weights: NetworkWeights) throws {
    let kernel = try weights[name + ".weight"]
    let whole = kernel.rank == 2 ? try kernel.reshaped([1, 1] + kernel.shape) : kernel
    try self.init(kernel: whole, bias: weights[name + ".bias"], padding: .around(whole.shape[0] / 2))
  }
}

/// x + conv(silu(norm(conv(silu(norm(x)))))), x through a convolution of one pixel where the channels change.
struct ResidualBlock: Sendable {
  private let norm1: NormLayer, norm2: NormLayer
  private let conv1: ConvolutionLayer, conv2: ConvolutionLayer, shortcut: ConvolutionLayer?

  init(_ name: String, _ weights: NetworkWeights, groups: Int) throws {
    norm1 = try NormLayer(name + ".norm1", weights, groups: groups)
    norm2 = try NormLayer(name + ".norm2", weights, groups: groups)
    conv1 = try ConvolutionLayer(name + ".conv1", weights)
    conv2 = try ConvolutionLayer(name + ".conv2", weights)
    let changes = conv1.kernel.shape[2] != conv1.kernel.shape[3]
    shortcut = changes ? try ConvolutionLayer(name + ".conv_shortcut", weights) : nil
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    try conv2(norm2(conv1(norm1(x))), adding: shortcut.map { try $0(x) } ?? x)
  }
}

/// x + attention over all pixels, one head of all channels.
struct AttentionBlock: Sendable {
  private let norm: NormLayer
  private let q: ConvolutionLayer, k: ConvolutionLayer, v: ConvolutionLayer, out: ConvolutionLayer

  init(_ name: String, _ weights: NetworkWeights, groups: Int) throws {
    norm = try NormLayer(name + ".group_norm", weights, groups: groups)
    q = try ConvolutionLayer(name + ".to_q", weights)
    k = try ConvolutionLayer(name + ".to_k", weights)
    v = try ConvolutionLayer(name + ".to_v", weights)
    out = try ConvolutionLayer(name + ".to_out.0", weights)
  }

  /// So many queries are answered at once: the scores of all pixels of a large image would need gigabytes.
  private static let portion = 1024

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    let (n, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let y = try norm(x, silu: false)
    func flat(_ layer: ConvolutionLayer) throws -> Tensor { try layer(y).cast(to: .float32).reshaped([n, h * w, c]) }
    let (queries, keys, values) = try (flat(q), flat(k).transposed(), flat(v))  // [n, hw, c]
    let scale = 1 / Double(c).squareRoot()
    let parts = try stride(from: 0, to: h * w, by: Self.portion).map { start in
      let some = try queries.narrowed(axis: 1, start..<min(h * w, start + Self.portion))
      return try matmul(softmax(matmul(some, keys) * scale, axis: -1), values)
    }
    let answer = try (parts.count == 1 ? parts[0] : concat(parts, axis: 1)).reshaped([n, h, w, c])
    return try out(answer.cast(to: x.dtype), adding: x)
  }
}

/// Each pixel four times, then a convolution of 3 x 3. Never made: of the enlarged image's three rows under the kernel
/// two are equal, so each of the four places within a doubled pixel sees 2 x 2 pixels through a kernel of sums, with 4/9 of the
/// work.
struct DoublingLayer: Sendable {
  /// By row, then column, within the doubled pixel.
  private let places: [[ConvolutionLayer]]

  init(_ name: String, _ weights: NetworkWeights) throws {
    let kernel = try weights[name + ".weight"].cast(to: .float64), bias = try weights[name + ".bias"]
    /// An axis of 3 as one of 2: the first place sees rows (-1), (0, 0), the second (0, 0), (1).
    func folded(_ kernel: Tensor, _ axis: Int, _ place: Int) throws -> Tensor {
      func rows(_ range: Range<Int>) throws -> Tensor {
        try sum(kernel.narrowed(axis: axis, range), axes: [axis], keepDims: true)
      }
      return try concat(place == 0 ? [rows(0..<1), rows(1..<3)] : [rows(0..<2), rows(2..<3)], axis: axis)
    }
    places = try (0..<2).map { row in
      try (0..<2).map { column in
        try ConvolutionLayer(
          kernel: folded(folded(kernel, 0, row), 1, column), bias: bias,
          padding: .sizes(before: [1 - row, 1 - column], after: [row, column]))
      }
    }
  }

  /// x [n, h, w, c] -> [n, 2 h, 2 w, outputs].
  func callAsFunction(_ x: Tensor) throws -> Tensor {
    let rows = try places.map { columns in
      let pair = try concat(columns.map { try $0(x) }, axis: 3)       // [n, h, w, 2 o]
      return try pair.reshaped([x.shape[0], x.shape[1], 2 * x.shape[2], pair.shape[3] / 2])
    }
    let all = try concat(rows, axis: 2)                               // [n, h, 4 w, o]
    return try all.reshaped([x.shape[0], 2 * x.shape[1], 2 * x.shape[2], all.shape[3]])
  }
}
