// Tensors from host values. Constants hold their value from the start; fills hold one number and no memory.

extension Tensor {
  /// A tensor of known value.
  init(constant array: NDArray) {
    self.init(
      Node(
        Constant(), [], Operand(shape: array.shape, dtype: array.dtype), traces: nil, value: array))
  }

  /// One number everywhere, for a shape known to be good.
  init(filling shape: [Int], with number: Double, dtype: DType) {
    self.init(
      Node(
        Fill(value: number), [], Operand(shape: shape, dtype: dtype), traces: nil, fill: number))
  }

  /// Row-major elements with a shape. Throws where the counts differ.
  public init<S: Scalar>(_ scalars: [S], shape: [Int]) throws {
    let count = try elementCount(shape, for: "tensor")
    guard count == scalars.count else {
      throw TensorError(
        .shape, "tensor", [], "\(scalars.count) elements do not fill the shape \(shape)")
    }
    let array = try NDArray(shape: shape, dtype: S.dtype)
    scalars.withUnsafeBytes { source in
      if let base = source.baseAddress {
        array.storage.pointer.copyMemory(from: base, byteCount: source.count)
      }
    }
    self.init(constant: array)
  }

  /// A vector.
  public init<S: Scalar>(_ scalars: [S]) throws { try self.init(scalars, shape: [scalars.count]) }

  /// A single number, shape [].
  public init(_ number: Double, dtype: DType = .float32) {
    self.init(filling: [], with: number, dtype: dtype)
  }

  /// A copy of row-major bytes in the machine's order.
  public init(bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) throws {
    let count = try elementCount(shape, for: "tensor")
    guard count * dtype.size == bytes.count else {
      throw TensorError(
        .shape, "tensor", [Operand(shape: shape, dtype: dtype)],
        "\(bytes.count) bytes given, \(count * dtype.size) needed")
    }
    let array = try NDArray(shape: shape, dtype: dtype)
    if let base = bytes.baseAddress {
      array.storage.pointer.copyMemory(from: base, byteCount: bytes.count)
    }
    self.init(constant: array)
  }

  /// Row-major bytes in the machine's order that stay where they are as long as their owner lives, such as a mapped file's.
  /// They are read only, never overwritten; where they are not aligned to their elements they are copied.
  public init(viewing bytes: UnsafeRawBufferPointer, of owner: any Sendable, shape: [Int], dtype: DType) throws {
    guard bytes.count > 0, Int(bitPattern: bytes.baseAddress).isMultiple(of: dtype.size) else {
      try self.init(bytes: bytes, shape: shape, dtype: dtype)
      return
    }
    let count = try elementCount(shape, for: "tensor")
    guard count * dtype.size == bytes.count else {
      throw TensorError(
        .shape, "tensor", [Operand(shape: shape, dtype: dtype)],
        "\(bytes.count) bytes given, \(count * dtype.size) needed")
    }
    self.init(
      constant: NDArray(
        storage: Storage(viewing: bytes, of: owner), offset: 0, shape: shape, strides: rowMajorStrides(shape), dtype: dtype))
  }

  /// A tensor whose row-major memory the closure fills whole.
  public init(
    shape: [Int], dtype: DType, filling: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let count = try elementCount(shape, for: "tensor")
    let array = try NDArray(shape: shape, dtype: dtype)
    try filling(
      UnsafeMutableRawBufferPointer(start: array.storage.pointer, count: count * dtype.size))
    self.init(constant: array)
  }

  /// A vector of n numbers made by place, float64.
  private init(counting n: Int, for operation: String, _ number: (Int) -> Double) throws {
    try requireMemory(n, for: operation)
    try self.init(shape: [n], dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in 0..<n {
        if place & 0xffff == 0 { try Interrupt.check() }
        numbers[place] = number(place)
      }
    }
  }

  public static func zeros(_ shape: [Int], dtype: DType = .float32) throws -> Tensor {
    try full(shape, 0, dtype: dtype)
  }

  public static func ones(_ shape: [Int], dtype: DType = .float32) throws -> Tensor {
    try full(shape, 1, dtype: dtype)
  }

  /// One number everywhere.
  public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32) throws -> Tensor {
    _ = try elementCount(shape, for: "full")
    return Tensor(filling: shape, with: value, dtype: dtype)
  }

  /// 0, 1, ..., n - 1.
  public static func arange(_ n: Int, dtype: DType = .int32) throws -> Tensor {
    try arange(from: 0, to: Double(n), by: 1, dtype: dtype)
  }

  /// from, from + by, ... up to but without `to`.
  public static func arange(
    from: Double = 0, to: Double, by: Double = 1, dtype: DType = .float32
  ) throws -> Tensor {
    guard by != 0, from.isFinite, to.isFinite, by.isFinite else {
      throw TensorError(.value, "arange", [], "needs finite bounds and a step other than 0")
    }
    let exact = max(0, ((to - from) / by).rounded(.up))
    guard exact < 1e12 else {
      throw TensorError(.limit, "arange", [], "\(exact) elements are too many")
    }
    return try Tensor(counting: Int(exact), for: "arange") { from + Double($0) * by }.cast(to: dtype)
  }

  /// n numbers from a to b, both included.
  public static func linspace(_ a: Double, _ b: Double, _ n: Int, dtype: DType = .float32) throws
    -> Tensor
  {
    guard n >= 0, n < 1 << 40 else {
      throw TensorError(.value, "linspace", [], "the number of points cannot be \(n)")
    }
    let step = n > 1 ? (b - a) / Double(n - 1) : 0
    return try Tensor(counting: n, for: "linspace") { $0 == n - 1 && n > 1 ? b : a + Double($0) * step }.cast(to: dtype)
  }

  /// The identity matrix [n, n].
  public static func eye(_ n: Int, dtype: DType = .float32) throws -> Tensor {
    let index = try arange(n)
    return try equal(index.expanded(1), index.expanded(0)).cast(to: dtype)
  }
}
