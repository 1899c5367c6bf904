// Memory of tensors: aligned blocks that are free for the next as soon as the last array on them is gone. Small ones
// wait in lists by size; large ones are spans of an arena.

import Glibc
import Synchronization

/// A block of memory, 64-byte aligned (a cache line, and the widest vector), owned by the arrays that refer to it.
final class Storage: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  let byteCount: Int
  /// Who holds memory that is not ours: a mapped file. Nobody writes to it.
  private let owner: (any Sendable)?

  var isWritable: Bool { owner == nil }

  /// At least `byteCount` bytes, uninitialised.
  init(byteCount: Int) throws {
    let size = StoragePool.blockSize(byteCount)
    try Memory.admit(size)
    guard let pointer = StoragePool.shared.take(size) else {
      throw TensorError(
        .limit, "memory", [], "the system has no \(byteCount >> 20) MiB left for a tensor",
        hint: "use a smaller batch or model")
    }
    self.pointer = pointer
    self.byteCount = size
    owner = nil
  }

  /// Bytes that stay where they are as long as their owner lives. They count as nobody's memory: the system drops mapped
  /// pages where it needs the room.
  init(viewing bytes: UnsafeRawBufferPointer, of owner: any Sendable) {
    pointer = UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!)
    byteCount = bytes.count
    self.owner = owner
  }

  deinit { if isWritable { StoragePool.shared.give(pointer, size: byteCount) } }
}

/// Free blocks, and the account of memory.
final class StoragePool: Sendable {
  static let shared = StoragePool()

  private struct State: ~Copyable {
    // Raw pointers are not Sendable; the lock makes their handing over safe.
    /// Small blocks by size in units of 64 bytes.
    nonisolated(unsafe) var small = [[UnsafeMutableRawPointer]](repeating: [], count: StoragePool.large / 64)
    var arena = Arena()
    var peakBytes = 0
  }

  private let state = Mutex(State())
  /// Changed under the lock, read by whoever asks for room without it.
  private let live = Atomic<Int>(0)

  /// From this size on blocks come from the arena.
  fileprivate static let large = 32 << 10

  /// Bytes in use by arrays now, and their largest sum so far.
  var liveBytes: Int { live.load(ordering: .relaxed) }
  var peakBytes: Int { state.withLock { $0.peakBytes } }
  /// The peak is counted anew from what is in use now.
  func beginPeak() { state.withLock { $0.peakBytes = liveBytes } }
  /// Bytes of large blocks that the system gave so far.
  var footprint: Int { state.withLock { $0.arena.footprint } }

  /// What a request takes. An odd number of units keeps large arrays of equal power-of-two sizes from starting at
  /// the same place of a page, where a loop over several of them would press into the same lines of the cache.
  static func blockSize(_ bytes: Int) -> Int {
    if bytes >= large { return ((bytes + Arena.unit - 1) / Arena.unit | 1) * Arena.unit }
    guard bytes > 512 else { return max(64, (bytes + 63) & ~63) }
    let step = 1 << (Int.bitWidth - bytes.leadingZeroBitCount - 4)
    return (bytes + step - 1) & ~(step - 1)
  }

  func take(_ size: Int) -> UnsafeMutableRawPointer? {
    state.withLock { state -> UnsafeMutableRawPointer? in
      guard let block = size < Self.large ? state.small[size / 64].popLast() ?? aligned_alloc(64, size) : state.arena.take(size)
      else { return nil }
      state.peakBytes = max(state.peakBytes, change(by: size))
      return block
    }
  }

  func give(_ pointer: UnsafeMutableRawPointer, size: Int) {
    state.withLock { state in
      change(by: -size)
      if size < Self.large { state.small[size / 64].append(pointer) } else { state.arena.give(pointer, size) }
    }
  }

  /// Counts bytes under the lock, and answers how many there are now.
  @discardableResult
  private func change(by size: Int) -> Int {
    let bytes = liveBytes + size
    live.store(bytes, ordering: .relaxed)
    return bytes
  }

  /// Returns the memory of all free blocks to the system.
  func release() {
    state.withLock { state in
      for size in state.small.indices {
        for block in state.small[size] { free(block) }
        state.small[size] = []
      }
      state.arena.releasePages()
    }
  }
}
