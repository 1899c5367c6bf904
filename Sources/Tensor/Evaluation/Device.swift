// The seam to the hardware: what a backend must be able to do. The CPU is the first conformance; a GPU backend
// would implement this protocol and nothing else.
// Inputs may be strided views unless a method says otherwise; results are fresh and row-major.

protocol Device: Sendable {
  /// Runs a fused chain of elementwise steps over `shape`; one result for each of the program's outputs, and
  /// last that of its tail, where it has one.
  func elementwise(_ program: ElementwiseProgram, _ inputs: [NDArray], shape: [Int]) throws -> [NDArray]

  /// One elementwise step on a few elements, where its operands lie as the result will; nil where they do not, or where
  /// a program would pay.
  func elementwise(_ step: ElementwiseStep, _ a: ElementwiseOperand, _ b: ElementwiseOperand?, shape: [Int], dtype: DType) throws -> NDArray?

  /// A row-major copy (the array itself where it is row-major already).
  func contiguous(_ x: NDArray) throws -> NDArray

  /// An array of one value, stored once and repeated by strides of 0.
  func fill(_ value: Double, shape: [Int], dtype: DType) throws -> NDArray

  /// Reduces the axes given (sorted, without repeats), which disappear.
  func reduce(_ kind: Reduction, _ x: NDArray, axes: [Int]) throws -> NDArray

  /// Index along an axis of the first largest or smallest element, as int64; the axis disappears.
  func argReduce(largest: Bool, _ x: NDArray, axis: Int) throws -> NDArray

  /// Running sum along an axis.
  func cumulativeSum(_ x: NDArray, axis: Int) throws -> NDArray

  /// Stable ascending order along an axis, as int64 indices; NaN last.
  func argSort(_ x: NDArray, axis: Int) throws -> NDArray

  /// Rows of x along an axis, picked by int64 indices (checked, negative ones counted from the end).
  func take(_ x: NDArray, _ indices: NDArray, axis: Int) throws -> NDArray

  /// The reverse of take: an array with `size` rows along the axis, to which rows of x are added.
  func scatterAdd(_ x: NDArray, _ indices: NDArray, axis: Int, size: Int) throws -> NDArray

  /// Arrays one after the other along an axis.
  func concatenate(_ arrays: [NDArray], axis: Int) throws -> NDArray

  /// A copy of x in which the elements of a strided region are replaced by those of `value`.
  func replace(_ x: NDArray, region: Region, with value: NDArray) throws -> NDArray

  /// softmax(scale * x) over the last axis, float32.
  func softmax(_ x: NDArray, scale: Double) throws -> NDArray

  /// scale * y * (d - sum(y d)) over the last axis, float32.
  func softmaxDerivative(_ y: NDArray, _ d: NDArray, scale: Double) throws -> NDArray

  /// x / sqrt(mean(x^2) + eps) * weight over the last axis, float32.
  func rmsNorm(_ x: NDArray, weight: NDArray, eps: Double) throws -> NDArray

  /// The derivative of the above along d; see `RMSNormDerivative`.
  func rmsNormDerivative(_ x: NDArray, _ d: NDArray, weight: NDArray, eps: Double, weighs: RMSNormDerivative.Weighs) throws
    -> NDArray

  /// The sum over all rows of dy x / sqrt(mean(x^2) + eps), float32.
  func rmsNormWeightGradient(_ x: NDArray, _ dy: NDArray, eps: Double) throws -> NDArray

  /// Pairs of the last axis of x [..., T, H, d] turned by tables [T, 1, d], float32; see `Rotary`. The result takes the memory
  /// of a contiguous x `inPlace`.
  func rotary(_ x: NDArray, cosine: NDArray, signedSine: NDArray, inPlace: Bool) throws -> NDArray

  /// softmax(q k^T / sqrt(d)) v over the last two axes of equal arrays [..., T, d], float32; its derivative along dx; and
  /// its three cotangents, stacked. The results may be strided.
  func attention(_ q: NDArray, _ k: NDArray, _ v: NDArray) throws -> NDArray
  func attentionTangent(_ x: [NDArray], _ dx: [NDArray]) throws -> NDArray
  func attentionGradient(_ x: [NDArray], _ dy: NDArray) throws -> NDArray

  /// One step of AdamW on all slots, float32, row-major; see `AdamWStep`. Results may lie on what they are made from.
  func adamW(_ slots: [AdamWSlot], _ step: AdamWStep)

  /// a [..., m, k] x b [..., k, n]; leading axes are equal or repeated by strides of 0, or b has none. The result has the factors' type,
  /// or is float32 where they are bfloat16.
  func matmul(_ a: NDArray, _ b: NDArray, result: DType) throws -> NDArray

  /// One part of a convolution from the two others, in the order image, kernel, output; see `Convolution`.
  func convolve(_ part: Convolution.Part, _ a: NDArray, _ b: NDArray, _ windows: Windows, result: DType) throws -> NDArray

  /// A convolution of fixed weights with bias, and a sum and ReLU where the layer asks for them; float32 and bfloat16.
  func convolve(_ layer: ConvolutionLayer, _ x: NDArray, adding residual: NDArray?, _ windows: Windows) throws -> NDArray

  /// Groups of channels of x [n, h, w, c] normalised; float32 and bfloat16. See `GroupNorm`.
  func groupNorm(_ x: NDArray, weight: NDArray, bias: NDArray, groups: Int, eps: Double, silu: Bool) throws -> NDArray

  /// Largest element of each window of x [n, h, w, c]; int32, int64, bfloat16, float32, float64.
  func windowMaximum(_ x: NDArray, _ windows: Windows) throws -> NDArray

  /// Its place among all elements of x, the first of equal ones, as int64; not for bfloat16.
  func windowArgmax(_ x: NDArray, _ windows: Windows) throws -> NDArray

  /// Sum of each window of x [n, h, w, c]; float32, float64.
  func windowSum(_ x: NDArray, _ windows: Windows) throws -> NDArray

  /// The reverse of windowSum: for each element of the image the sum over the windows that cover it.
  func windowSpread(_ sums: NDArray, _ windows: Windows) throws -> NDArray

  /// Eigenvalues and eigenvectors of a symmetric float64 matrix; see `SymmetricEigen`.
  func symmetricEigen(_ x: NDArray) throws -> NDArray
}

/// What a reduction computes.
enum Reduction: String, Sendable {
  case sum, max, min
}

/// A strided part of an array: along each axis `counts` elements from `starts` in `steps`.
struct Region: Sendable, Hashable {
  var starts: [Int]
  var steps: [Int]
  var counts: [Int]

  /// The view of an array that this region covers.
  func view(of x: NDArray) -> NDArray {
    let offset = zip(starts, x.strides).reduce(x.offset) { $0 + $1.0 * $1.1 }
    return x.with(shape: counts, strides: zip(steps, x.strides).map { $0 * $1 }, offset: offset)
  }
}

extension NDArray {
  /// Row-major elements, copied only where strides demand it.
  func contiguous() throws -> NDArray { isContiguous ? self : try CPU.shared.contiguous(self) }
}
