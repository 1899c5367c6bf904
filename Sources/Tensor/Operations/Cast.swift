// Change of element type.

/// x in another type. Floats to integers truncate and saturate, integers to smaller ones wrap around; anything to bool
/// is != 0.
struct Cast: Primitive {
  let dtype: DType

  var name: String { "cast" }
  var fusion: ElementwiseStep? { .cast }

  func result(of inputs: [Operand]) throws -> Operand { Operand(shape: inputs[0].shape, dtype: dtype) }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    let program = ElementwiseProgram(.cast, [.input(0)], of: inputs[0].dtype, dtype: dtype)
    return try device.elementwise(program, inputs, shape: inputs[0].shape)[0]
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    dtype.isFloating ? try dx[0]?.cast(to: dtype) : nil
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [x[0].dtype.isFloating ? try dy.cast(to: x[0].dtype) : nil]
  }
}

extension Tensor {
  /// The elements in another type; the tensor itself where it has that type.
  public func cast(to dtype: DType) throws -> Tensor {
    if dtype == self.dtype { return self }
    if let number = node.fill, self.dtype != .bfloat16 {
      return Tensor(filling: shape, with: dtype.value(of: self.dtype.value(of: number), from: self.dtype), dtype: dtype)
    }
    return try Cast(dtype: dtype)(self)
  }
}

extension DType {
  /// A number of another type as this type holds it.
  func value(of number: Double, from source: DType) -> Double {
    guard !source.isFloating, let whole = Int64(exactly: number) else { return value(of: number) }
    switch self {
    case .uint8: return Double(UInt8(truncatingIfNeeded: whole))
    case .int32: return Double(Int32(truncatingIfNeeded: whole))
    default: return value(of: number)
    }
  }

  /// A number as this type holds it.
  func value(of number: Double) -> Double {
    switch self {
    case .bool: number != 0 ? 1 : 0
    case .uint8: number.isNaN ? 0 : min(max(number.rounded(.towardZero), 0), 255)
    case .int32: number.isNaN ? 0 : min(max(number.rounded(.towardZero), -0x1p31), 0x1p31 - 1)
    case .int64: number.isNaN ? 0 : number.rounded(.towardZero)
    case .bfloat16, .float64: number
    case .float32: Double(Float(number))
    }
  }
}
