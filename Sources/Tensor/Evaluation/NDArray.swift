// A computed value: memory with a shape and strides. Views (transposes, slices, broadcasts) share memory.
// A class, since an evaluation hands thousands of them on: one reference to count, not those of storage, shape and strides.

final class NDArray: @unchecked Sendable {
  /// Never set again; a variable because only of variables can be asked whether others hold them too.
  @exclusivity(unchecked) private(set) var storage: Storage
  /// First element, counted in elements from the storage's start.
  let offset: Int
  let shape: [Int]
  /// Elements between neighbours along each axis; 0 repeats, negative runs backwards.
  let strides: [Int]
  let dtype: DType

  init(storage: Storage, offset: Int, shape: [Int], strides: [Int], dtype: DType) {
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
    self.dtype = dtype
  }

  /// Fresh row-major memory, uninitialised.
  ///
  /// - Parameter strides: those of a row-major array of this shape, where there is one.
  convenience init(shape: [Int], strides: [Int]? = nil, dtype: DType) throws {
    let count = shape.reduce(1, *)
    self.init(
      storage: try Storage(byteCount: count * dtype.size), offset: 0, shape: shape,
      strides: strides ?? rowMajorStrides(shape), dtype: dtype)
  }

  var count: Int { shape.reduce(1, *) }
  var rank: Int { shape.count }

  /// Address of the first element.
  var pointer: UnsafeMutableRawPointer { storage.pointer + offset * dtype.size }

  func typed<T>(_ type: T.Type) -> UnsafeMutablePointer<T> { pointer.assumingMemoryBound(to: T.self) }

  /// Whether nobody else holds the array, no other lies on the same memory, and that may be overwritten.
  static func isOverwritable(_ array: inout NDArray) -> Bool {
    isKnownUniquelyReferenced(&array) && isKnownUniquelyReferenced(&array.storage) && array.storage.isWritable
  }

  /// The memory of a contiguous array for another of the same size.
  func overwritten(shape: [Int], dtype: DType) -> NDArray {
    NDArray(
      storage: storage, offset: offset * self.dtype.size / dtype.size, shape: shape, strides: rowMajorStrides(shape),
      dtype: dtype)
  }

  var isContiguous: Bool {
    var step = 1
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      if strides[axis] != step { return shape.contains(0) }
      step *= shape[axis]
    }
    return true
  }

  func with(shape: [Int], strides: [Int], offset: Int? = nil) -> NDArray {
    NDArray(
      storage: storage, offset: offset ?? self.offset, shape: shape, strides: strides, dtype: dtype)
  }

  func permuted(_ order: [Int]) -> NDArray {
    with(shape: order.map { shape[$0] }, strides: order.map { strides[$0] })
  }

  /// The last two axes exchanged.
  var transposed: NDArray {
    var shape = shape, strides = strides
    shape.swapAt(rank - 2, rank - 1)
    strides.swapAt(rank - 2, rank - 1)
    return with(shape: shape, strides: strides)
  }

  /// Repeats axes of size 1 (and new leading ones) without copying. The shapes must be compatible.
  func broadcast(to target: [Int]) -> NDArray {
    if target == shape { return self }
    let lead = target.count - shape.count
    let strides = target.indices.map { axis in
      axis < lead || (shape[axis - lead] == 1 && target[axis] != 1) ? 0 : self.strides[axis - lead]
    }
    return with(shape: target, strides: strides)
  }

  /// The same elements under another shape without copying, or nil where strides forbid it.
  func reshapedView(_ target: [Int]) -> NDArray? {
    if isContiguous { return with(shape: target, strides: rowMajorStrides(target)) }
    // Each run of old axes that lie evenly in memory can be cut anew; runs must match in size.
    var strides = [Int](repeating: 0, count: target.count)
    var old = 0, new = 0
    while old < rank || new < target.count {
      var oldEnd = old + 1, newEnd = new + 1
      var oldSize = old < rank ? shape[old] : 1, newSize = new < target.count ? target[new] : 1
      oldEnd = min(oldEnd, rank)
      newEnd = min(newEnd, target.count)
      while oldSize != newSize {
        if oldSize < newSize {
          guard oldEnd < rank else { return nil }
          oldSize *= shape[oldEnd]
          oldEnd += 1
        } else {
          guard newEnd < target.count else { return nil }
          newSize *= target[newEnd]
          newEnd += 1
        }
      }
      let axes = (old..<oldEnd).filter { shape[$0] != 1 }
      for (a, b) in zip(axes, axes.dropFirst()) where self.strides[a] != self.strides[b] * shape[b] {
        return nil
      }
      var step = axes.last.map { self.strides[$0] } ?? 1
      for axis in (new..<newEnd).reversed() {
        strides[axis] = step
        step *= target[axis]
      }
      old = oldEnd
      new = newEnd
    }
    return with(shape: target, strides: strides)
  }

  /// Shape and strides with axes merged that lie evenly in memory and size-1 axes dropped: what a loop must walk.
  var collapsed: (shape: [Int64], strides: [Int64]) {
    var shape: [Int64] = [], strides: [Int64] = []
    for axis in self.shape.indices where self.shape[axis] != 1 {
      let size = Int64(self.shape[axis]), stride = Int64(self.strides[axis])
      if let last = strides.last, last == size * stride {
        shape[shape.count - 1] *= size
        strides[strides.count - 1] = stride
      } else {
        shape.append(size)
        strides.append(stride)
      }
    }
    return shape.isEmpty ? ([1], [1]) : (shape, strides)
  }
}
