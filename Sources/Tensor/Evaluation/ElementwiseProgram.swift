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

  /// A reduction over the last axes, which disappear: rows of `length` elements become one element each.
  struct Tail: Sendable {
    let kind: Reduction
    let instruction: Int
    let length: Int
    let shape: [Int]
    let dtype: DType
  }

  var instructions: [Instruction] = []
  /// The instructions whose results are wanted.
  var outputs: [Int] = []
  /// A reduction of an instruction's result, made while its blocks lie in the cache.
  var tail: Tail?
  /// By output: the input whose memory the result takes, since nobody reads it any more.
  var reuses: [Int: Int] = [:]

  /// Whether an output may overwrite an input as large: no instruction after it reads that.
  func canOverwrite(input: Int, output: Int) -> Bool {
    !instructions[(output + 1)...].contains { instruction in
      instruction.operands.contains { if case .input(input) = $0 { true } else { false } }
    }
  }
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
