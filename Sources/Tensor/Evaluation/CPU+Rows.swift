// Operations on whole rows on the CPU: one pass a row, rows spread over the cores.

import CKernels

extension CPU {
  func softmax(_ x: NDArray, scale: Double) throws -> NDArray {
    let source = try contiguous(x)
    let result = try NDArray(shape: x.shape, dtype: x.dtype)
    let length = x.shape[x.rank - 1]
    Threads.split(length > 0 ? x.count / length : 0, grain: max(1, 16 << 10 / max(1, length))) { rows in
      imf_softmax(
        source.typed(Float.self), result.typed(Float.self), Float(scale), Int64(length),
        Int64(rows.lowerBound), Int64(rows.upperBound))
    }
    return result
  }

  func softmaxDerivative(_ y: NDArray, _ d: NDArray, scale: Double) throws -> NDArray {
    let weights = try contiguous(y), direction = try contiguous(d.broadcast(to: y.shape))
    let result = try NDArray(shape: y.shape, dtype: y.dtype)
    let length = y.shape[y.rank - 1]
    Threads.split(length > 0 ? y.count / length : 0, grain: max(1, 16 << 10 / max(1, length))) { rows in
      imf_softmax_derivative(
        weights.typed(Float.self), direction.typed(Float.self), result.typed(Float.self), Float(scale),
        Int64(length), Int64(rows.lowerBound), Int64(rows.upperBound))
    }
    return result
  }
}
