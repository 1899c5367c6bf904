// Whole numbers have no infinity to answer a division by 0 with: it is an error, as in Python and PyTorch (NumPy
// answers 0 with a warning). The loops themselves answer 0 and never trap.

/// The divisors b of whole numbers a, once it is known that none is 0. Inputs a and b, result b.
struct Divisor: Primitive {
  let name: String
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[1] }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    var zeros = 0
    inputs[1].eachBlock { block in
      zeros += block.count { $0 == 0 }
      return true
    }
    guard zeros == 0 || inputs[0].count == 0 else {
      throw TensorError(
        .value, name, inputs.map { Operand(shape: $0.shape, dtype: $0.dtype) },
        "division by zero: \(zeros) of \(inputs[1].count) divisors are 0",
        hint: "whole numbers have no infinity; cast(x, \"float32\") divides by 0")
    }
    return inputs[1]
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { nil }
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] { [nil, nil] }
}

extension Tensor {
  /// This divisor of a: itself where the quotient is floating, else checked when the quotient is computed, or now
  /// where it is one number.
  func checkedDivisor(of a: Tensor, _ operation: String) throws -> Tensor {
    guard !DType.promoted(a.dtype, dtype).isFloating else { return self }
    if let number = node.fill {
      guard number != 0 || a.count == 0 || count == 0 else {
        throw TensorError(.value, operation, [a.operand, operand], "division by zero")
      }
      return self
    }
    return try Divisor(name: operation)(a, self)
  }
}
