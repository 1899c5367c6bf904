// Group normalisation on the CPU: pixels in pieces of a fixed size, so that sums do not depend on the number of threads.

import CKernels

extension CPU {
  func groupNorm(
    _ x: NDArray, weight: NDArray, bias: NDArray, groups: Int, eps: Double, silu: Bool
  ) throws -> NDArray {
    let source = try contiguous(x), scale = try contiguous(weight), shift = try contiguous(bias)
    let result = try NDArray(shape: x.shape, dtype: x.dtype)
    let channels = x.shape[3], pixels = x.shape[1] * x.shape[2], images = x.shape[0]
    let piece = max(1, (64 << 10) / channels), pieces = (pixels + piece - 1) / piece
    func range(_ part: Int) -> (start: Int, count: Int) {
      let first = part % pieces * piece
      return (part / pieces * pixels + first, min(piece, pixels - first))
    }
    // Sums, then squares, of each piece's channels.
    let sums = try NDArray(shape: [images * pieces, 2, channels], dtype: .float64)
    let room = try NDArray(shape: [images * pieces, 2, channels], dtype: .float32)
    try Threads.forEach(images * pieces) { part in
      let (start, count) = range(part)
      let own = sums.typed(Double.self) + part * 2 * channels, space = room.typed(Float.self) + part * 2 * channels
      if x.dtype == .float32 {
        imf_channel_sums_float32(
          source.typed(Float.self) + start * channels, own, own + channels, space, Int64(count), Int64(channels))
      } else {
        imf_channel_sums_bfloat16(
          source.typed(UInt16.self) + start * channels, own, own + channels, space, Int64(count), Int64(channels))
      }
    }
    let factors = try channelFactors(sums, pieces: pieces, pixels: pixels, scale, shift, groups: groups, eps: eps)
    try Threads.forEach(images * pieces) { part in
      let (start, count) = range(part)
      let factor = factors.typed(Float.self) + part / pieces * 2 * channels
      if x.dtype == .float32 {
        imf_channel_affine_float32(
          source.typed(Float.self) + start * channels, factor, factor + channels, result.typed(Float.self) + start * channels,
          Int64(count), Int64(channels), silu)
      } else {
        imf_channel_affine_bfloat16(
          source.typed(UInt16.self) + start * channels, factor, factor + channels,
          result.typed(UInt16.self) + start * channels, Int64(count), Int64(channels), silu)
      }
    }
    return result
  }

  /// Factor and offset of each image's channels, [images, 2, channels], from the sums of its pieces.
  private func channelFactors(
    _ sums: NDArray, pieces: Int, pixels: Int, _ weight: NDArray, _ bias: NDArray, groups: Int, eps: Double
  ) throws -> NDArray {
    let channels = sums.shape[2], width = channels / groups, images = sums.shape[0] / pieces
    let result = try NDArray(shape: [images, 2, channels], dtype: .float32)
    let parts = sums.typed(Double.self), factors = result.typed(Float.self)
    let scale = weight.typed(Float.self), shift = bias.typed(Float.self)
    for image in 0..<images {
      for group in 0..<groups {
        var (sum, square) = (0.0, 0.0)
        for part in image * pieces..<(image + 1) * pieces {
          for channel in group * width..<(group + 1) * width {
            sum += parts[part * 2 * channels + channel]
            square += parts[(part * 2 + 1) * channels + channel]
          }
        }
        let count = Double(pixels * width), mean = sum / count
        let root = 1 / (max(0, square / count - mean * mean) + eps).squareRoot()
        for channel in group * width..<(group + 1) * width {
          let factor = Double(scale[channel]) * root
          factors[image * 2 * channels + channel] = Float(factor)
          factors[(image * 2 + 1) * channels + channel] = Float(Double(shift[channel]) - mean * factor)
        }
      }
    }
    return result
  }
}
