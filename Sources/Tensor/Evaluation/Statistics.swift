// What a tensor's numbers are like: range, mean, spread, and how many are no numbers. For display and checks.

import CKernels

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
    for value in block where value.isFinite { squares += (value - centre) * (value - centre) }
    let distance = centre - mean, total = before + Double(good)
    mean += distance * Double(good) / total
    squares += distance * distance * before * Double(good) / total
  }
}

extension NDArray {
  /// Hands all elements as float64 to the body, in row-major order and a block at a time; nothing large is copied.
  func eachBlock(_ body: (UnsafeBufferPointer<Double>) -> Bool) {
    let (shape, strides) = collapsed
    let block = Int(IMF_BLOCK)
    guard count > 0, let convert = imf_cast_kernel(dtype.kernelType, DType.float64.kernelType) else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * block) { memory in
      guard let base = memory.baseAddress else { return }
      var start = 0
      while start < count {
        let size = Swift.min(block, count - start)
        imf_gather_block(
          pointer, dtype.size, Int32(shape.count), shape, strides, Int64(start), Int64(size), base + block)
        convert(base + block, base, size)
        guard body(UnsafeBufferPointer(start: base, count: size)) else { return }
        start += size
      }
    }
  }

  var statistics: Statistics {
    var result = Statistics()
    eachBlock {
      result.add($0)
      return true
    }
    return result
  }
}

extension Tensor {
  /// Range, mean, spread and how many NaN and infinities there are. Computes now.
  public func statistics() throws -> Statistics {
    let array = try Evaluator.shared.value(of: node)
    return array.strides.allSatisfy { $0 == 0 } && count > 0 ? array.uniform : array.statistics
  }
}

extension NDArray {
  /// The statistics of one number repeated.
  fileprivate var uniform: Statistics { with(shape: [], strides: []).statistics.repeated(count) }
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
