// Memory of tensors: aligned blocks that go back to a pool when the last array on them is gone. A training step
// asks for the same sizes again and again, so nearly every request is met without the system.

import Glibc
import Synchronization

/// A block of memory, 64-byte aligned (a cache line, and the widest vector), owned by the arrays that refer to it.
final class Storage: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  let byteCount: Int

  /// At least `byteCount` bytes, uninitialised.
  init(byteCount: Int) throws {
    let size = StoragePool.sizeClass(byteCount)
    guard let pointer = StoragePool.shared.take(size) else {
      throw TensorError(
        .limit, "memory", [], "the system has no \(byteCount >> 20) MiB left for a tensor",
        hint: "use a smaller batch or model")
    }
    self.pointer = pointer
    self.byteCount = size
  }

  deinit { StoragePool.shared.give(pointer, size: byteCount) }
}

/// Idle blocks by size, and the account of memory.
final class StoragePool: Sendable {
  static let shared = StoragePool()

  private struct State {
    // Raw pointers are not Sendable; the lock makes their handing over safe.
    nonisolated(unsafe) var idle: [Int: [UnsafeMutableRawPointer]] = [:]
    var idleBytes = 0
    var liveBytes = 0
    var peakBytes = 0
  }

  private let state = Mutex(State())

  /// Bytes in use by arrays now, and their largest sum so far.
  var liveBytes: Int { state.withLock { $0.liveBytes } }
  var peakBytes: Int { state.withLock { $0.peakBytes } }

  /// Sizes in steps of an eighth of a power of two: little waste, and much reuse.
  static func sizeClass(_ bytes: Int) -> Int {
    guard bytes > 512 else { return max(64, (bytes + 63) & ~63) }
    let step = 1 << (Int.bitWidth - bytes.leadingZeroBitCount - 4)
    return (bytes + step - 1) & ~(step - 1)
  }

  func take(_ size: Int) -> UnsafeMutableRawPointer? {
    let reused: UnsafeMutableRawPointer? = state.withLock { state in
      state.liveBytes += size
      state.peakBytes = max(state.peakBytes, state.liveBytes)
      let block = state.idle[size]?.popLast()
      if block != nil { state.idleBytes -= size }
      return block
    }
    if let reused { return reused }
    // Large blocks start on a huge page, so that the kernel can back them with few page-table entries.
    let alignment = size >= 4 << 20 ? 2 << 20 : 64
    if let block = aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1)) {
      if alignment > 64 { madvise(block, size, MADV_HUGEPAGE) }
      return block
    }
    release()
    let second = aligned_alloc(64, size)
    if second == nil { state.withLock { $0.liveBytes -= size } }
    return second
  }

  func give(_ pointer: UnsafeMutableRawPointer, size: Int) {
    let surplus: Bool = state.withLock { state in
      state.liveBytes -= size
      // Between two steps of a training run nearly everything is idle: what was once in use may wait, no more.
      if state.liveBytes + state.idleBytes + size > state.peakBytes + 64 << 20 { return true }
      state.idle[size, default: []].append(pointer)
      state.idleBytes += size
      return false
    }
    if surplus { free(pointer) }
  }

  /// Returns all idle blocks to the system.
  func release() {
    state.withLock { state in
      for block in state.idle.values.joined() { free(block) }
      state.idle = [:]
      state.idleBytes = 0
    }
  }
}
