// Random tensors from keys, equal to JAX 0.4.27's draws in float32.

import Glibc

/// Uniform numbers in low ..< high.
public func uniform(
  _ key: RandomKey, _ shape: [Int], low: Double = 0, high: Double = 1, dtype: DType = .float32
) throws -> Tensor {
  guard dtype.isFloating else {
    throw TensorError(.type, "uniform", [Operand(shape: shape, dtype: dtype)], "needs a floating-point type")
  }
  let count = try elementCount(shape, for: "uniform")
  try requireMemory(2 * count, for: "uniform")
  let from = Float(low), width = Float(high) - from
  let result = try Tensor(shape: shape, dtype: .float32) { memory in
    let numbers = memory.bindMemory(to: Float.self)
    try key.eachRun(count) { start, run in
      // 23 random bits as the mantissa of a number in 1 ..< 2.
      for (i, word) in run.enumerated() {
        numbers[start + i] = Swift.max(from, (Float(bitPattern: word >> 9 | 0x3f80_0000) - 1) * width + from)
      }
    }
  }
  return try result.cast(to: dtype)
}

/// Standard normal numbers: sqrt(2) erfinv(u), u uniform in (-1, 1).
public func normal(_ key: RandomKey, _ shape: [Int], dtype: DType = .float32) throws -> Tensor {
  let lowest = Double(Float(-1).nextUp)
  let u = try uniform(key, shape, low: lowest, high: 1)
  return try (erfinv(u) * Double(Float(2).squareRoot())).cast(to: dtype)
}

/// Whole numbers in low ..< high, int32.
public func randomIntegers(_ key: RandomKey, _ shape: [Int], low: Int, high: Int) throws -> Tensor {
  guard low >= Int(Int32.min), high <= Int(Int32.max) else {
    throw TensorError(.value, "randint", [], "bounds must fit 32 bits, not \(low) and \(high)")
  }
  guard low < high else {
    throw TensorError(.value, "randint", [], "there is no whole number from \(low) to below \(high)")
  }
  let count = try elementCount(shape, for: "randint")
  try requireMemory(4 * count, for: "randint")
  let keys = key.split(2)
  let span = UInt32(high - low)
  // Two words a number make the bias of the remainder negligible: (upper * 2^32 + lower) mod span.
  let halfway = UInt32(1 << 16) % span
  let multiplier = halfway &* halfway % span
  let upper = try keys[0].bits(count)
  return try Tensor(shape: shape, dtype: .int32) { memory in
    let numbers = memory.bindMemory(to: Int32.self)
    try keys[1].eachRun(count) { start, run in
      for (i, lower) in run.enumerated() {
        let offset = (upper[start + i] % span &* multiplier &+ lower % span) % span
        numbers[start + i] = Int32(truncatingIfNeeded: low + Int(offset))
      }
    }
  }
}

/// true with probability p.
public func bernoulli(_ key: RandomKey, _ shape: [Int], p: Double) throws -> Tensor {
  try less(uniform(key, shape), Tensor(p))
}

/// 0 ..< n in random order, int32: a stable sort by random words, repeated so that ties hardly matter.
public func permutation(_ key: RandomKey, _ n: Int) throws -> Tensor {
  guard n >= 0, n <= Int(Int32.max) else {
    throw TensorError(.value, "permutation", [], "cannot order \(n) numbers")
  }
  try requireMemory(5 * n, for: "permutation")
  var order = try Tensor.arange(n)
  var key = key
  let rounds = n > 1 ? Int((3 * Glibc.log(Double(n)) / Glibc.log(4_294_967_295)).rounded(.up)) : 1
  for _ in 0..<rounds {
    let keys = key.split(2)
    key = keys[0]
    let words = try Tensor(shape: [n], dtype: .int64) { memory in
      let numbers = memory.bindMemory(to: Int64.self)
      try keys[1].eachRun(n) { start, run in
        for (i, word) in run.enumerated() { numbers[start + i] = Int64(word) }
      }
    }
    order = try take(order, argsort(words), axis: 0)
  }
  return try order.evaluated()
}
