// What a tensor's numbers are like: range, mean, spread, and how many are no numbers. For display and checks.

import CKernels
import Synchronization

/// Statistics of a tensor's elements, computed in float64.
public struct Statistics: Sendable {
  public private(set) var count = 0
  public private(set) var nans = 0
  public private(set) var infinities = 0
  /// Of the finite elements; infinite the wrong way round where there are none.
  public private(set) var min = Double.infinity
  public private(set) var max = -Double.infinity
  public private(set) var mean = 0.0
  private var squares = 0.0

  /// How many elements are finite.
  public var finite: Int { count - nans - infinities }
  /// Of the finite elements, divided by their number.
  public var std: Double { finite > 0 ? (squares / Double(finite)).squareRoot() : .nan }

  /// Adds a block; the moments of blocks are joined by Chan's formula, which loses no digits.
  fileprivate mutating func add(_ block: UnsafeBufferPointer<Double>) {
    let before = Double(finite)
    var sum = 0.0, good = 0
    for value in block where value.isFinite {
      sum += value
      good += 1
      min = Swift.min(min, value)
      max = Swift.max(max, value)
    }
    for value in block where !value.isFinite {
      if value.isNaN { nans += 1 } else { infinities += 1 }
    }
    count += block.count
    guard good > 0 else { return }
    let centre = sum / Double(good)
    var own = 0.0
    for value in block where value.isFinite { own += (value - centre) * (value - centre) }
    join(before, Double(good), centre, own)
  }

  /// Adds what is known of other elements.
  fileprivate mutating func add(_ other: Statistics) {
    let before = Double(finite)
    count += other.count
    nans += other.nans
    infinities += other.infinities
    min = Swift.min(min, other.min)
    max = Swift.max(max, other.max)
    if other.finite > 0 { join(before, Double(other.finite), other.mean, other.squares) }
  }

  private mutating func join(_ before: Double, _ good: Double, _ centre: Double, _ own: Double) {
    let distance = centre - mean, total = before + good
    mean += distance * good / total
    squares += own + distance * distance * before * good / total
  }
}

extension NDArray {
  /// Hands a range of the elements as float64 to the body, in row-major order and a block at a time, until it answers false;
  /// nothing large is copied.
  func eachBlock(of range: Range<Int>, _ body: (UnsafeBufferPointer<Double>) -> Bool) {
    let (shape, strides) = collapsed
    let block = Int(IMF_BLOCK)
    guard !range.isEmpty, let convert = imf_cast_kernel(dtype.kernelType, DType.float64.kernelType) else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * block) { memory in
      guard let base = memory.baseAddress else { return }
      for start in stride(from: range.lowerBound, to: range.upperBound, by: block) {
        let size = Swift.min(block, range.upperBound - start)
        imf_gather_block(
          pointer, dtype.size, Int32(shape.count), shape, strides, Int64(start), Int64(size), base + block)
        convert(base + block, base, size)
        guard body(UnsafeBufferPointer(start: base, count: size)) else { return }
      }
    }
  }

  /// Made of those of pieces whose size is fixed, so that they do not depend on the number of threads.
  var statistics: Statistics {
    get throws {
      let piece = 256 * Int(IMF_BLOCK), count = count
      let pieces = Mutex([Statistics](repeating: Statistics(), count: (count + piece - 1) / piece))
      try Threads.split((count + piece - 1) / piece, grain: 1) { range in
        for index in range {
          var own = Statistics()
          eachBlock(of: index * piece..<Swift.min(count, (index + 1) * piece)) {
            own.add($0)
            return true
          }
          pieces.withLock { $0[index] = own }
        }
      }
      return pieces.withLock { $0.reduce(into: Statistics()) { $0.add($1) } }
    }
  }
}

extension Tensor {
  /// Range, mean, spread and how many NaN and infinities there are. Computes now.
  public func statistics() throws -> Statistics {
    let array = try Evaluator.shared.value(of: node)
    return array.strides.allSatisfy { $0 == 0 } && count > 0 ? try array.uniform : try array.statistics
  }
}

extension NDArray {
  /// The statistics of one number repeated.
  fileprivate var uniform: Statistics { get throws { try with(shape: [], strides: []).statistics.repeated(count) } }
}

extension Statistics {
  fileprivate func repeated(_ times: Int) -> Statistics {
    var copy = self
    copy.count *= times
    copy.nans *= times
    copy.infinities *= times
    return copy
  }
}
