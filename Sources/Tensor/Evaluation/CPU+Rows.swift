// Operations on whole rows on the CPU: one pass a row, rows spread over the cores.

import CKernels

extension CPU {
  func softmax(_ x: NDArray, scale: Double) throws -> NDArray {
    let source = try contiguous(x)
    let result = try NDArray(shape: x.shape, dtype: x.dtype)
    let length = x.shape[x.rank - 1]
    try Threads.split(length > 0 ? x.count / length : 0, grain: max(1, 16 << 10 / max(1, length))) { rows in
      imf_softmax(
        source.typed(Float.self), result.typed(Float.self), Float(scale), Int64(length), Int64(length),
        Int64(rows.lowerBound), Int64(rows.upperBound))
    }
    return result
  }

  func softmaxDerivative(_ y: NDArray, _ d: NDArray, scale: Double) throws -> NDArray {
    let weights = try contiguous(y), direction = try contiguous(d.broadcast(to: y.shape))
    let result = try NDArray(shape: y.shape, dtype: y.dtype)
    let length = y.shape[y.rank - 1]
    try Threads.split(length > 0 ? y.count / length : 0, grain: max(1, 16 << 10 / max(1, length))) { rows in
      imf_softmax_derivative(
        weights.typed(Float.self), direction.typed(Float.self), result.typed(Float.self), Float(scale),
        Int64(length), Int64(length), Int64(rows.lowerBound), Int64(rows.upperBound))
    }
    return result
  }

  func rmsNorm(_ x: NDArray, weight: NDArray, eps: Double) throws -> NDArray {
    let source = try contiguous(x), factors = try contiguous(weight)
    let result = try NDArray(shape: x.shape, dtype: x.dtype)
    let length = x.shape[x.rank - 1]
    try Threads.split(length > 0 ? x.count / length : 0, grain: max(1, 16 << 10 / max(1, length))) { rows in
      imf_rms_norm(
        source.typed(Float.self), factors.typed(Float.self), result.typed(Float.self), Float(eps), Int64(length),
        Int64(rows.lowerBound), Int64(rows.upperBound))
    }
    return result
  }

  func rmsNormDerivative(
    _ x: NDArray, _ d: NDArray, weight: NDArray, eps: Double, weighs: RMSNormDerivative.Weighs
  ) throws -> NDArray {
    let source = try contiguous(x), direction = try contiguous(d.broadcast(to: x.shape))
    let factors = try contiguous(weight)
    let result = try NDArray(shape: x.shape, dtype: x.dtype)
    let length = x.shape[x.rank - 1]
    let before = weighs == .direction ? factors.typed(Float.self) : nil
    let after = weighs == .result ? factors.typed(Float.self) : nil
    try Threads.split(length > 0 ? x.count / length : 0, grain: max(1, 16 << 10 / max(1, length))) { rows in
      imf_rms_norm_derivative(
        source.typed(Float.self), direction.typed(Float.self), before, after, result.typed(Float.self), Float(eps),
        Int64(length), Int64(rows.lowerBound), Int64(rows.upperBound))
    }
    return result
  }

  /// Rows whose sums are made one after the other; those of more are added up.
  private static let rowsOfSum = 256

  func rmsNormWeightGradient(_ x: NDArray, _ dy: NDArray, eps: Double) throws -> NDArray {
    let source = try contiguous(x), cotangent = try contiguous(dy.broadcast(to: x.shape))
    let length = x.shape[x.rank - 1], rows = length > 0 ? x.count / length : 0
    guard rows > 0 else { return try fill(0, shape: [length], dtype: x.dtype) }
    let parts = (rows + Self.rowsOfSum - 1) / Self.rowsOfSum
    let sums = try NDArray(shape: [parts, length], dtype: x.dtype)
    try Threads.split(parts, grain: max(1, (16 << 10) / (Self.rowsOfSum * length))) { range in
      for part in range {
        imf_rms_norm_weight_gradient(
          source.typed(Float.self), cotangent.typed(Float.self), sums.typed(Float.self) + part * length, Float(eps),
          Int64(length), Int64(rows * part / parts), Int64(rows * (part + 1) / parts))
      }
    }
    return parts == 1 ? sums.with(shape: [length], strides: [1]) : try reduce(.sum, sums, axes: [0])
  }

  func rotary(_ x: NDArray, cosine: NDArray, signedSine: NDArray, inPlace: Bool) throws -> NDArray {
    let source = try contiguous(x), cosines = try contiguous(cosine), sines = try contiguous(signedSine)
    let result = inPlace ? x.overwritten(shape: x.shape, dtype: x.dtype) : try NDArray(shape: x.shape, dtype: x.dtype)
    let d = x.shape[x.rank - 1], heads = x.shape[x.rank - 2], tokens = x.shape[x.rank - 3]
    try Threads.split(d > 0 ? x.count / d : 0, grain: max(1, 16 << 10 / max(1, d))) { rows in
      imf_rotary(
        source.typed(Float.self), cosines.typed(Float.self), sines.typed(Float.self), result.typed(Float.self),
        Int64(tokens), Int64(heads), Int64(d), Int64(rows.lowerBound), Int64(rows.upperBound))
    }
    return result
  }
}
