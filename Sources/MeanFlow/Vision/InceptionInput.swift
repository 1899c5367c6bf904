// The resizing before Inception, as the reference does it: bilinear between pixel centres, without smoothing, the edge repeated
// beyond the border. Its code computes the shift by which TensorFlow 1's grid began at the corner, and does not apply it;
// its numbers, golden/torch are made so.

import Tensor

/// Where a pixel of the result looks: two neighbours and their shares.
private struct Place {
  let first: Int, second: Int
  let share: Float, secondShare: Float

  /// In the reference's steps of float32, which near 500 are 3e-5 of a pixel: torch's affine grid of -1 ... 1, then back to pixels.
  static func all(of size: Int, to count: Int) -> [Place] {
    let step = 2 / Float(count - 1)
    return (0..<count).map { index in
      // Rounded once, as fused multiplication and addition do.
      let even = index < count / 2 ? Float(-1).addingProduct(step, Float(index)) : Float(1).addingProduct(-step, Float(count - 1 - index))
      let place = ((even * Float(count - 1) / Float(count) + 1) * Float(size) - 1) / 2
      let inside = min(max(place, 0), Float(size - 1)), first = Int(inside)
      let share = Float(first + 1) - inside
      return Place(first: first, second: min(first + 1, size - 1), share: share, secondShare: inside - Float(first))
    }
  }
}

/// Bytes [n, h, w, 3] as the network takes them, [n, 299, 299, 3]: resized, then (x - 128) / 128.
func inceptionInput(_ images: Tensor, side: Int = 299) throws -> Tensor {
  let (n, height, width) = (images.shape[0], images.shape[1], images.shape[2])
  let rows = Place.all(of: height, to: side), columns = Place.all(of: width, to: side)
  return try images.withBytes { source in
    try Tensor(shape: [n, side, side, 3], dtype: .float32) { memory in
      nonisolated(unsafe) let pixels = source, result = memory.bindMemory(to: Float.self)
      try Threads.forEach(n * side) { line in
        let row = rows[line % side], image = line / side * height
        let upper = (image + row.first) * width, lower = (image + row.second) * width
        var target = line * side * 3
        for column in columns {
          let shares = (
            column.share * row.share, column.secondShare * row.share, column.share * row.secondShare,
            column.secondShare * row.secondShare
          )
          for channel in 0..<3 {
            func pixel(_ row: Int, _ column: Int) -> Float { Float(pixels[(row + column) * 3 + channel]) }
            let sum = pixel(upper, column.first) * shares.0 + pixel(upper, column.second) * shares.1
              + pixel(lower, column.first) * shares.2 + pixel(lower, column.second) * shares.3
            result[target] = (sum - 128) / 128
            target += 1
          }
        }
      }
    }
  }
}
