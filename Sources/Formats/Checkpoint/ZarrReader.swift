// The arrays of a checkpoint, read together: first all is planned and checked, then chunks decompress on all processors
// straight into the tensors' memory.

import Foundation
import Synchronization
import Tensor

struct ZarrReader {
  /// The value of a key of the store: a description or a chunk.
  private let value: (String) throws -> Data?
  private var arrays: [(name: String, array: ZarrArray, isWhole: Bool)] = []
  private var pieces: [Piece] = []

  /// A chunk that has no chunks inside.
  private struct Piece {
    /// Which array it belongs to.
    var owner: Int
    var data: Data
    var codecs: ZarrCodecs
    /// Its first element's place, and how far it reaches.
    var origin: [Int]
    var chunk: [Int]
  }

  /// Bytes that are unpacked between two looks at the clock.
  private static let batch = 64 << 20

  init(_ value: @escaping (String) throws -> Data?) { self.value = value }

  // MARK: planning

  /// Plans an array whose description is `<name>/.zarray` (version 2) or `<name>/zarr.json` (version 3).
  mutating func add(_ name: String, version: Int) throws {
    do {
      guard let json = try value(name + (version == 2 ? "/.zarray" : "/zarr.json")) else { throw Malformed("it has no description") }
      let array = try ZarrArray(json, version: version)
      var isWhole = true
      let owner = arrays.count
      try eachPlace(array.grid) { index in
        let key = name + "/" + array.key(index)
        guard let chunk = try value(key) else {
          isWhole = false
          return
        }
        do {
          let origin = zip(index, array.chunk).map { $0 * $1 }
          let piece = Piece(owner: owner, data: chunk, codecs: array.codecs, origin: origin, chunk: array.chunk)
          if try !cut(piece, array) { isWhole = false }
        } catch let error as Malformed {
          throw Malformed("its chunk \(array.key(index)): \(error.what)", hint: error.hint)
        }
      }
      arrays.append((name, array, isWhole))
    } catch let error as Malformed {
      throw Malformed("the array \(name): \(error.what)", hint: error.hint)
    }
  }

  /// Adds a chunk, or what its shards hold. Returns whether all of it is there.
  private mutating func cut(_ piece: Piece, _ array: ZarrArray) throws -> Bool {
    guard let shards = piece.codecs.shards else {
      let needed = piece.chunk.reduce(array.element.size, *)
      // A chunk cannot hold more than its compressions allow: said before memory is taken.
      let most = piece.codecs.bytes.reduce(Double(piece.data.count)) { $0 * Double($1.largestRatio) }
      guard Double(needed) <= most + 1024 else { throw Malformed("has \(piece.data.count) bytes, which cannot hold \(needed)") }
      pieces.append(piece)
      return true
    }
    let grid = zip(piece.chunk, shards.chunk).map { $0 / $1 }
    let data = try piece.codecs.bytes.isEmpty ? piece.data : piece.codecs.undo(piece.data, limit: 2 * array.chunkBytes + (1 << 16))
    let parts = try shards.parts(of: data, grid: grid)
    var isWhole = true
    var place = 0
    try eachPlace(grid) { index in
      defer { place += 1 }
      let origin = zip(piece.origin, zip(index, shards.chunk)).map { $0 + $1.0 * $1.1 }
      // What lies beyond the array's edge need not be there.
      guard zip(origin, array.shape).allSatisfy({ $0 < $1 }) else { return }
      guard let part = parts[place] else {
        isWhole = false
        return
      }
      let inner = Piece(owner: piece.owner, data: part, codecs: shards.codecs, origin: origin, chunk: shards.chunk)
      if try !cut(inner, array) { isWhole = false }
    }
    return isWhole
  }

  // MARK: reading

  /// All arrays that were added, in that order.
  func tensors(_ progress: LoadProgress?) throws -> [(name: String, tensor: Tensor)] {
    var used = [Bool](repeating: false, count: arrays.count)
    for piece in pieces { used[piece.owner] = true }
    let buffers = try zip(arrays, used).map { entry, isUsed in
      isUsed ? try Self.buffer(entry.array, isWhole: entry.isWhole) : nil
    }
    try unpack(into: buffers, progress)
    return try zip(arrays, buffers).map { entry, buffer in
      do {
        return (entry.name, try Self.tensor(entry.array, buffer))
      } catch let error as Malformed {
        throw Malformed("the array \(entry.name): \(error.what)", hint: error.hint)
      }
    }
  }

  /// Memory for an array's elements as the file has them.
  private static func buffer(_ array: ZarrArray, isWhole: Bool) throws -> TensorBuffer {
    let direct = array.isBigEndian ? nil : array.element.dtype
    let buffer = try direct.map { try TensorBuffer(shape: array.shape, dtype: $0) }
      ?? TensorBuffer(shape: array.shape + [array.element.size], dtype: .uint8)
    if !isWhole {
      var fill = try array.element.bytes(of: array.fill)
      if array.isBigEndian { fill.reverse() }
      for start in stride(from: 0, to: buffer.bytes.count, by: fill.count) {
        UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[start..<start + fill.count]).copyBytes(from: fill)
      }
    }
    return buffer
  }

  private static func tensor(_ array: ZarrArray, _ buffer: TensorBuffer?) throws -> Tensor {
    guard let buffer else {
      // Nothing was stored: one number everywhere, without memory.
      let one = try array.element.bytes(of: array.fill).withUnsafeBytes { try array.element.tensor($0, shape: []) }
      return try Tensor.full(array.shape, try one.scalars(Double.self)[0], dtype: one.dtype)
    }
    guard !array.isBigEndian, array.element.dtype != nil else {
      return try array.element.tensor(UnsafeRawBufferPointer(buffer.bytes), shape: array.shape, isBigEndian: array.isBigEndian, "it")
    }
    if array.element == .bool, buffer.bytes.contains(where: { $0 > 1 }) { throw Malformed("it holds a truth value that is neither 0 nor 1") }
    return buffer.tensor()
  }

  private func unpack(into buffers: [TensorBuffer?], _ progress: LoadProgress?) throws {
    let sizes = pieces.map { $0.chunk.reduce(arrays[$0.owner].array.element.size, *) }
    let total = sizes.reduce(0) { $0.addingReportingOverflow($1).partialValue }
    var (start, done) = (0, 0)
    while start < pieces.count {
      try Interrupt.check()
      var (end, size) = (start, 0)
      while end < pieces.count, end == start || size < Self.batch {
        size += min(sizes[end], Self.batch)
        end += 1
      }
      let failure = Mutex<(place: Int, error: any Error)?>(nil)
      try Threads.forEach(end - start) { offset in
        let piece = pieces[start + offset]
        guard let buffer = buffers[piece.owner] else { return }
        do {
          try Self.unpack(piece, arrays[piece.owner].array, into: buffer.bytes)
        } catch {
          failure.withLock { if ($0?.place ?? .max) > offset { $0 = (offset, error) } }
        }
      }
      if let failure = failure.withLock({ $0 }) {
        guard let error = failure.error as? Malformed else { throw failure.error }
        let piece = pieces[start + failure.place]
        throw Malformed("the array \(arrays[piece.owner].name): its chunk at \(piece.origin): \(error.what)", hint: error.hint)
      }
      for size in sizes[start..<end] { done = done.addingReportingOverflow(size).partialValue }
      progress?(.load, done, total)
      start = end
    }
  }

  private static func unpack(_ piece: Piece, _ array: ZarrArray, into memory: UnsafeMutableRawBufferPointer) throws {
    let size = array.element.size
    let extent = zip(piece.chunk, zip(array.shape, piece.origin)).map { min($0, $1.0 - $1.1) }
    let strides = rowMajor(array.shape)
    let first = zip(piece.origin, strides).reduce(0) { $0 + $1.0 * $1.1 } * size
    let count = piece.chunk.reduce(size, *)
    // One run of memory where all axes but the outermost that has several places are whole.
    let outer = piece.chunk.firstIndex { $0 > 1 } ?? piece.chunk.count
    let isRun = extent == piece.chunk && piece.chunk.indices.allSatisfy { $0 <= outer || piece.chunk[$0] == array.shape[$0] }
    if isRun, piece.codecs.order == nil {
      return try piece.codecs.undo(piece.data, into: UnsafeMutableRawBufferPointer(rebasing: memory[first..<first + count]))
    }
    let buffer = try TensorBuffer(shape: [count], dtype: .uint8)
    defer { withExtendedLifetime(buffer) {} }
    let chunk = buffer.bytes
    try piece.codecs.undo(piece.data, into: chunk)
    var chunkStrides = rowMajor(piece.chunk)
    if let order = piece.codecs.order {
      let stored = rowMajor(order.map { piece.chunk[$0] })
      for (place, axis) in order.enumerated() { chunkStrides[axis] = stored[place] }
    }
    let isDense = chunkStrides.last == 1
    let run = isDense ? extent.last ?? 1 : 1
    eachPlace(isDense ? Array(extent.dropLast()) + [1] : extent) { index in
      let from = zip(index, chunkStrides).reduce(0) { $0 + $1.0 * $1.1 } * size
      let to = first + zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 } * size
      UnsafeMutableRawBufferPointer(rebasing: memory[to..<to + run * size])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: chunk[from..<from + run * size]))
    }
  }
}

/// Elements between neighbours along each axis.
private func rowMajor(_ shape: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
  return strides
}

/// All places of a grid, the last axis fastest.
private func eachPlace(_ grid: [Int], _ body: ([Int]) throws -> Void) rethrows {
  guard !grid.contains(0) else { return }
  var index = [Int](repeating: 0, count: grid.count)
  while true {
    try body(index)
    var axis = grid.count - 1
    while axis >= 0 {
      index[axis] += 1
      if index[axis] < grid[axis] { break }
      index[axis] = 0
      axis -= 1
    }
    if axis < 0 { return }
  }
}
