// Images in overlapping tiles, for those too large to go through a network whole: diffusers' rule, so that its results and
// ours are the same. Tiles overlap by a quarter, and fade into those above and to the left.

import Tensor

/// A network on tiles of an image, put together.
///
/// - Parameters:
///   - x: [1, h, w, c].
///   - tile: side of a tile of x.
///   - unit: sides of the result over those of x.
func tiled(_ x: Tensor, tile: Int, unit: Double, _ network: (Tensor) throws -> Tensor) throws -> Tensor {
  let (height, width) = (x.shape[1], x.shape[2])
  guard height > tile || width > tile else { return try network(x) }
  let step = tile * 3 / 4, size = Int(Double(tile) * unit), overlap = size / 4, kept = size - overlap
  var above: [Tensor] = []
  var bands: [Tensor] = []
  for top in stride(from: 0, to: height, by: step) {
    var row: [Tensor] = [], faded: [Tensor] = []
    for (index, left) in stride(from: 0, to: width, by: step).enumerated() {
      let part = try x.narrowed(axis: 1, top..<min(height, top + tile)).narrowed(axis: 2, left..<min(width, left + tile))
      var y = try network(part)
      if index < above.count { y = try fade(from: above[index], into: y, axis: 1, overlap) }
      if let before = row.last { y = try fade(from: before, into: y, axis: 2, overlap) }
      try y.evaluated()
      row.append(y)
      faded.append(try y.narrowed(axis: 1, 0..<min(kept, y.shape[1])).narrowed(axis: 2, 0..<min(kept, y.shape[2])))
    }
    above = row
    bands.append(try concat(faded, axis: 2).evaluated())
  }
  return try concat(bands, axis: 1)
}

/// The end of `a` fades into the beginning of `b` along an axis.
private func fade(from a: Tensor, into b: Tensor, axis: Int, _ most: Int) throws -> Tensor {
  let extent = min(a.shape[axis], b.shape[axis], most)
  guard extent > 0 else { return b }
  var shape = [Int](repeating: 1, count: b.rank)
  shape[axis] = extent
  let share = try (Tensor.arange(extent).cast(to: .float32) / Double(extent)).reshaped(shape)
  let end = try a.narrowed(axis: axis, a.shape[axis] - extent..<a.shape[axis])
  let mixed = try end * (1 - share) + b.narrowed(axis: axis, 0..<extent) * share
  return extent == b.shape[axis] ? mixed : try concat([mixed, b.narrowed(axis: axis, extent..<b.shape[axis])], axis: axis)
}
