// A chain of elementwise operations as data: what the evaluator fuses and a device runs in one pass.

import CKernels

/// The elementwise operation that a primitive stands for.
enum ElementwiseStep: Sendable {
  case unary(imf_unary_op)
  case binary(imf_binary_op)
  /// condition, a, b -> condition ? a : b
  case select
  case cast
  /// A cast to bfloat16 that the graph takes for float32: see Rounding.swift.
  case round
}

/// Straight-line code over one shape. Every value is an input, a number, or the result of an earlier instruction.
struct ElementwiseProgram: Sendable {
  enum Source: Sendable {
    case input(Int)
    case number(Double)
    case instruction(Int)
  }

  struct Instruction: Sendable {
    let step: ElementwiseStep
    let operands: [Source]
    /// Types of the operands and of the result.
    let operandTypes: [DType]
    let dtype: DType
  }

  var instructions: [Instruction] = []
  /// The instructions whose results are wanted.
  var outputs: [Int] = []
}

/// What a lone elementwise step works on.
enum ElementwiseOperand {
  case array(NDArray)
  case number(Double, DType)

  var dtype: DType {
    switch self {
    case .array(let array): array.dtype
    case .number(_, let dtype): dtype
    }
  }
}
