// Attention on the CPU: bands of rows of all heads are spread over the cores. Results of rank 4 lie in memory as [B, T, H, d], as the
// projections around attention have them, so that joining heads copies nothing.

import CKernels

extension CPU {
  func attention(_ q: NDArray, _ k: NDArray, _ v: NDArray) throws -> NDArray {
    let result = try heads([], like: q)
    try eachBand([q, k, v, result], q) { m, scale, tokens, d, from, to in
      imf_attention(m[0], m[1], m[2], m[3], scale, tokens, d, from, to)
    }
    return result
  }

  func attentionTangent(_ x: [NDArray], _ dx: [NDArray]) throws -> NDArray {
    let result = try heads([], like: x[0])
    try eachBand(x + dx + [result], x[0]) { m, scale, tokens, d, from, to in
      imf_attention_tangent(m[0], m[1], m[2], m[3], m[4], m[5], m[6], scale, tokens, d, from, to)
    }
    return result
  }

  func attentionGradient(_ x: [NDArray], _ dy: NDArray) throws -> NDArray {
    let result = try heads([3], like: x[0])
    let parts = (0..<3).map { part in
      result.with(
        shape: Array(result.shape.dropFirst()), strides: Array(result.strides.dropFirst()),
        offset: result.offset + part * result.strides[0])
    }
    try eachBand(x + [dy] + parts, x[0], wholeHeads: true) { m, scale, tokens, d, from, to in
      imf_attention_gradient(m[0], m[1], m[2], m[3], m[4], m[5], m[6], scale, tokens, d, from, to)
    }
    return result
  }

  /// Memory for a result of x's shape behind further leading axes; of [B, H, T, d] laid out as [B, T, H, d].
  private func heads(_ leading: [Int], like x: NDArray) throws -> NDArray {
    guard x.rank == 4 else { return try NDArray(shape: leading + x.shape, dtype: x.dtype) }
    let lead = leading.count
    let memory = try NDArray(shape: leading + [x.shape[0], x.shape[2], x.shape[1], x.shape[3]], dtype: x.dtype)
    return memory.permuted(Array(0..<lead) + [lead, lead + 2, lead + 1, lead + 3])
  }

  /// Calls a kernel on runs of bands; all arrays have the shape of q. A head's bands stay on one thread, in their order,
  /// where the kernel adds up `wholeHeads`.
  private func eachBand(
    _ arrays: [NDArray], _ q: NDArray, wholeHeads: Bool = false,
    _ kernel: (_ heads: [imf_heads], _ scale: Float, _ tokens: Int64, _ d: Int64, _ from: Int64, _ to: Int64) -> Void
  ) throws {
    guard q.count > 0 else { return }
    let tokens = q.shape[q.rank - 2], d = q.shape[q.rank - 1]
    // Rows must be contiguous; everything else may be strided.
    let arrays = try arrays.map { d == 1 || $0.strides[$0.rank - 1] == 1 ? $0 : try contiguous($0) }
    let offsets = arrays.map(\.batchOffsets)
    let scale = 1 / Float(d).squareRoot()
    let heads = q.count / (tokens * d), bands = Int(imf_attention_bands(Int64(tokens)))
    let unit = wholeHeads ? bands : 1
    // A band is some milliseconds of work where there are several in a head.
    try Threads.split(heads * bands / unit, grain: bands > 1 ? 1 : max(1, 4096 / (tokens * tokens))) { range in
      func run(_ found: [imf_heads], _ bands: Range<Int>) {
        guard found.count < arrays.count else {
          kernel(found, scale, Int64(tokens), Int64(d), Int64(bands.lowerBound), Int64(bands.upperBound))
          return
        }
        let array = arrays[found.count]
        offsets[found.count].withUnsafeBufferPointer {
          let heads = imf_heads(
            x: array.typed(Float.self), offsets: $0.baseAddress, row: Int64(array.strides[array.rank - 2]))
          run(found + [heads], bands)
        }
      }
      guard bands > 1 else { return run([], range) }
      for band in range.lowerBound * unit..<range.upperBound * unit where !Interrupt.isRequested { run([], band..<band + 1) }
    }
    try Interrupt.check()
  }
}
