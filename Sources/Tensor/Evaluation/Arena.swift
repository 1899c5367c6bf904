// Address space for large blocks: a request takes the smallest free span that fits, and freed neighbours grow together
// again. Memory once touched stays: the pages of a training step are the pages of the next, whatever sizes it asks for.
// (An allocator that gives large blocks back to the system makes it clear 2 to 5 GB of pages a step, a fifth of the
// step's time; one list a size keeps far more than is in use at once.)

import Glibc

/// Spans are multiples of `Arena.unit` bytes. Not safe for threads: its owner locks.
struct Arena: ~Copyable {
  private struct Span {
    var size: Int
    /// Where the span stands in its bin.
    var place: Int
  }

  static let unit = 256
  private static let hugePage = 2 << 20

  /// Free spans by their first address, and the first address by the end.
  private var spans: [UInt: Span] = [:]
  private var starts: [UInt: UInt] = [:]
  /// First addresses of free spans by size, in steps of an eighth of a power of two.
  private var bins = [[UInt]](repeating: [], count: 8 * 64)
  /// Bytes asked of the system so far.
  private(set) var footprint = 0

  /// A block of `size` bytes, a multiple of `unit`; nil where the system has no more.
  mutating func take(_ size: Int) -> UnsafeMutableRawPointer? {
    guard let start = fitting(size) ?? (grow(by: size) ? fitting(size) : nil) else { return nil }
    let span = remove(start)
    if span > size { insert(start + UInt(size), span - size) }
    return UnsafeMutableRawPointer(bitPattern: start)
  }

  mutating func give(_ pointer: UnsafeMutableRawPointer, _ size: Int) {
    var start = UInt(bitPattern: pointer), size = size
    if let before = starts[start] {
      size += remove(before)
      start = before
    }
    if spans[start + UInt(size)] != nil { size += remove(start + UInt(size)) }
    insert(start, size)
  }

  /// Gives the pages of all free spans back to the system; their addresses stay ours.
  func releasePages() {
    let page = UInt(Self.hugePage)
    for (start, span) in spans {
      let from = (start + page - 1) & ~(page - 1), to = (start + UInt(span.size)) & ~(page - 1)
      if from < to { madvise(UnsafeMutableRawPointer(bitPattern: from), Int(to - from), MADV_DONTNEED) }
    }
  }

  /// The first of the smallest free spans that hold `size` bytes.
  private func fitting(_ size: Int) -> UInt? {
    let own = Self.bin(size)
    var best: UInt?, bestSize = Int.max
    for start in bins[own] {
      guard let span = spans[start], span.size >= size, span.size < bestSize else { continue }
      (best, bestSize) = (start, span.size)
    }
    if let best { return best }
    for bin in (own + 1)..<bins.count {
      if let start = bins[bin].last { return start }
    }
    return nil
  }

  /// Takes a region of at least `size` bytes from the system, so that the kernel can back it with huge pages.
  private mutating func grow(by size: Int) -> Bool {
    let page = Self.hugePage
    let length = (max(size, 16 << 20, footprint / 16) + page - 1) & ~(page - 1)
    guard
      let memory = mmap(nil, length + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      memory != MAP_FAILED
    else { return false }
    let first = UInt(bitPattern: memory), start = (first + UInt(page) - 1) & ~UInt(page - 1)
    if start > first { munmap(memory, Int(start - first)) }
    let rest = Int(first) + page - Int(start)
    if rest > 0 { munmap(UnsafeMutableRawPointer(bitPattern: start + UInt(length)), rest) }
    madvise(UnsafeMutableRawPointer(bitPattern: start), length, MADV_HUGEPAGE)
    footprint += length
    give(UnsafeMutableRawPointer(bitPattern: start)!, length)
    return true
  }

  private mutating func insert(_ start: UInt, _ size: Int) {
    let bin = Self.bin(size)
    spans[start] = Span(size: size, place: bins[bin].count)
    starts[start + UInt(size)] = start
    bins[bin].append(start)
  }

  /// Takes a span out of all lists, and answers its size.
  private mutating func remove(_ start: UInt) -> Int {
    guard let span = spans.removeValue(forKey: start) else { return 0 }
    starts[start + UInt(span.size)] = nil
    let bin = Self.bin(span.size)
    let last = bins[bin].removeLast()
    if last != start {
      bins[bin][span.place] = last
      spans[last]?.place = span.place
    }
    return span.size
  }

  /// Sizes from 8 units on, in steps of an eighth of a power of two; smaller spans share the first bins.
  private static func bin(_ size: Int) -> Int {
    let units = size / unit
    guard units >= 8 else { return units }
    let exponent = Int.bitWidth - 1 - units.leadingZeroBitCount
    return 8 * (exponent - 2) + (units >> (exponent - 3)) & 7
  }
}
