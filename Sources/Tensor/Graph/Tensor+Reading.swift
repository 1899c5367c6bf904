// Host reads: where laziness ends.

extension Tensor {
  /// Computes the value now (once) and returns the tensor.
  @discardableResult
  public func evaluated() throws -> Tensor {
    _ = try Evaluator.shared.value(of: node)
    return self
  }

  /// The row-major bytes, for the duration of the call.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
    let array = try Evaluator.shared.value(of: node).contiguous()
    defer { withExtendedLifetime(array.storage) {} }
    return try body(
      UnsafeRawBufferPointer(
        start: array.storage.pointer + array.offset * dtype.size, count: count * dtype.size))
  }

  /// The elements in row-major order, converted to S.
  public func scalars<S: Scalar>(_ type: S.Type) throws -> [S] {
    try (dtype == S.dtype ? self : cast(to: S.dtype)).withBytes { bytes in
      try Memory.admit(bytes.count)
      return [S](unsafeUninitializedCapacity: count) { buffer, initialized in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        initialized = count
      }
    }
  }

  /// The only element. Throws where there are more or none.
  public func item() throws -> Double {
    guard count == 1 else {
      throw TensorError(
        .shape, "item", [operand], "one element is needed, there are \(count)",
        hint: "reduce it first, with mean or sum, or index it")
    }
    return try scalars(Double.self)[0]
  }
}

/// Computes the values of many tensors in one walk: shared parts once, memory freed as it falls idle.
public func evaluate(_ tensors: [Tensor]) throws {
  try Evaluator.shared.evaluate(tensors.map(\.node))
}
