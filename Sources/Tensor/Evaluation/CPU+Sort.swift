// Stable sorting on the CPU: a radix sort by bytes of keys that order as the elements do, NaN last as NumPy has it. It takes
// as many passes as a type has bytes, whatever the order it meets, and can stop anywhere.

import CKernels

extension CPU {
  func argSort(_ x: NDArray, axis: Int) throws -> NDArray {
    let order = Array(0..<axis) + Array((axis + 1)..<x.rank) + [axis]
    let rows = try contiguous(x.permuted(order))
    let length = x.shape[axis]
    let result = try NDArray(shape: rows.shape, dtype: .int64)
    if rows.count > 0 {
      // Keys and places, and room to move them to.
      let memory = try (0..<3).map { _ in try NDArray(shape: rows.shape, dtype: .int64) }
      try withExtendedLifetime((rows, memory)) {
        let sort = RadixSort(
          type: rows.dtype, values: rows.pointer, length: length, keys: memory[0].typed(UInt64.self),
          spareKeys: memory[1].typed(UInt64.self), places: result.typed(Int64.self), sparePlaces: memory[2].typed(Int64.self))
        try Threads.split(rows.count / length, grain: max(1, (4 << 10) / length)) { $0.forEach(sort.sort) }
      }
      try Interrupt.check()
    }
    var inverse = [Int](repeating: 0, count: x.rank)
    for (place, axis) in order.enumerated() { inverse[axis] = place }
    return result.permuted(inverse)
  }
}

/// The memory of rows that are sorted one by one; `places` becomes the result.
private struct RadixSort {
  let type: DType
  let values: UnsafeMutableRawPointer
  let length: Int
  let keys: UnsafeMutablePointer<UInt64>, spareKeys: UnsafeMutablePointer<UInt64>
  let places: UnsafeMutablePointer<Int64>, sparePlaces: UnsafeMutablePointer<Int64>

  /// Up to so many elements an insertion sort is quicker than counting digits.
  private static let few = 40
  /// Elements between two looks at an interrupt.
  private static let stretch = 1 << 18

  /// Sorts a row; an interrupt leaves it as it is then.
  func sort(_ row: Int) {
    let first = row * length
    let own = self.places + first
    var (keys, places) = (self.keys + first, own)
    var (nextKeys, nextPlaces) = (spareKeys + first, sparePlaces + first)
    eachStretch { start, count in
      imf_sort_keys(type.kernelType, values + (first + start) * type.size, keys + start, Int64(count))
      for place in start..<start + count { places[place] = Int64(place) }
    }
    if length <= Self.few { return imf_sort_few(keys, places, Int64(length)) }
    for shift in stride(from: 0, to: 8 * type.size, by: 8) where !Interrupt.isRequested {
      var starts = [Int64](repeating: 0, count: 256)
      eachStretch { start, count in imf_radix_count(keys + start, Int32(shift), &starts, Int64(count)) }
      // All keys have this digit: nothing moves.
      if starts.contains(Int64(length)) { continue }
      var sum: Int64 = 0
      for digit in starts.indices { (starts[digit], sum) = (sum, sum + starts[digit]) }
      eachStretch { start, count in
        imf_radix_move(keys + start, places + start, nextKeys, nextPlaces, Int32(shift), &starts, Int64(count))
      }
      (keys, nextKeys, places, nextPlaces) = (nextKeys, keys, nextPlaces, places)
    }
    if places != own { eachStretch { start, count in (own + start).update(from: places + start, count: count) } }
  }

  private func eachStretch(_ body: (_ start: Int, _ count: Int) -> Void) {
    for start in stride(from: 0, to: length, by: Self.stretch) where !Interrupt.isRequested {
      body(start, min(Self.stretch, length - start))
    }
  }
}
