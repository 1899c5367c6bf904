// The sum of the squares of many tensors as one operation: the norm of a whole gradient. It earns its place: composed, it
// makes three nodes a tensor, a seventh of those of a training step. Tested against the composition.

import CKernels

/// The sum of the squares of all elements of all inputs, which have one floating type other than bfloat16.
struct SquareSum: Primitive {
  var name: String { "sum of squares" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    guard let first = inputs.first else { throw TensorError(.value, name, [], "needs at least one tensor") }
    return Operand(shape: [], dtype: first.dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    // Each tensor's sum, and their sum.
    var sums: [NDArray] = []
    sums.reserveCapacity(inputs.count)
    for input in inputs where input.count > 0 {
      var program = ElementwiseProgram()
      program.instructions = [.init(.binary(IMF_MULTIPLY), .input(0), of: input.dtype, dtype: input.dtype)]
      program.tail = .init(kind: .sum, instruction: 0, length: input.count, shape: [1], dtype: input.dtype)
      sums += try device.elementwise(program, [input], shape: input.shape)
    }
    guard !sums.isEmpty else { return try device.fill(0, shape: [], dtype: inputs[0].dtype) }
    return try device.reduce(.sum, device.concatenate(sums, axis: 0), axes: [0])
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    var total: Tensor?
    for (x, dx) in zip(x, dx) { total = try plus(total, dx.map { try sum(x * $0) }) }
    return try total.map { try $0 * 2 }
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    let twice = try dy * 2
    return try x.map { $0.isDifferentiable ? try $0 * twice : nil }
  }
}

/// The sum of the squares of all elements of tensors, in floating point.
///
/// - Throws: `TensorError` where there is no tensor.
public func sumOfSquares(_ tensors: [Tensor]) throws -> Tensor {
  let common = tensors.reduce(DType.float32) { DType.promoted($0, $1.dtype) }
  return try SquareSum().apply(tensors.map { try $0.cast(to: common) })
}
