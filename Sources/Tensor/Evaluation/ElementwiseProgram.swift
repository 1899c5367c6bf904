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

/// Straight-line code over one shape. Every value is an input, a number, or the result of an earlier instruction. Programs are
/// made for every group of every evaluation: an instruction is plain bytes, and a program few arrays.
struct ElementwiseProgram: Sendable {
  enum Source: Sendable {
    case input(Int)
    case number(Double, DType)
    case instruction(Int)
  }

  struct Instruction: Sendable {
    let step: ElementwiseStep
    /// Operands; those that the step does not take are the first again.
    let a: Source, b: Source, c: Source
    /// Types of the first operand, for which the kernel is made, and of the result.
    let operandType: DType
    let dtype: DType

    init(_ step: ElementwiseStep, _ a: Source, _ b: Source? = nil, _ c: Source? = nil, of operandType: DType, dtype: DType) {
      (self.step, self.a, self.b, self.c) = (step, a, b ?? a, c ?? a)
      (self.operandType, self.dtype) = (operandType, dtype)
    }

    /// Calls the body with each of the results of earlier instructions that this one reads; with one as often as it is read.
    func eachSource(_ body: (Int) -> Void) {
      if case .instruction(let source) = a { body(source) }
      if case .instruction(let source) = b { body(source) }
      if case .instruction(let source) = c { body(source) }
    }

    fileprivate func reads(input: Int) -> Bool {
      func isInput(_ source: Source) -> Bool { if case .input(input) = source { true } else { false } }
      return isInput(a) || isInput(b) || isInput(c)
    }
  }

  /// A result that is wanted.
  struct Output: Sendable {
    let instruction: Int
    /// The input whose memory the result takes, since nobody reads it any more.
    var overwrites: Int?
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
  var outputs: [Output] = []
  /// A reduction of an instruction's result, made while its blocks lie in the cache.
  var tail: Tail?

  /// Whether an output may overwrite an input as large: no instruction after it reads that.
  func canOverwrite(input: Int, output: Output) -> Bool {
    !instructions[(output.instruction + 1)...].contains { $0.reads(input: input) }
  }
}

extension ElementwiseProgram {
  /// One step alone.
  init(_ step: ElementwiseStep, _ operands: [Source], of operandType: DType, dtype: DType, overwrites: Int? = nil) {
    instructions = [
      Instruction(
        step, operands[0], operands.count > 1 ? operands[1] : nil, operands.count > 2 ? operands[2] : nil, of: operandType,
        dtype: dtype)
    ]
    outputs = [Output(instruction: 0, overwrites: overwrites)]
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
