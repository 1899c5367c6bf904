// Fused elementwise chains on the CPU: each thread walks its part in blocks that stay in the first-level cache,
// running all instructions on a block before the next. Contiguous inputs and outputs are read and written in
// place; strided inputs are gathered block by block, numbers fill a block once.

import CKernels

extension CPU {
  func elementwise(_ program: ElementwiseProgram, _ inputs: [NDArray], shape: [Int]) throws -> [NDArray] {
    var results = try program.outputs.map { output in
      let dtype = program.instructions[output.instruction].dtype
      if let input = output.overwrites { return inputs[input].overwritten(shape: shape, dtype: dtype) }
      return try NDArray(shape: shape, dtype: dtype)
    }
    let count = shape.reduce(1, *)
    guard count > 0 else { return results }
    let plan = try BlockPlan(program, inputs, results, shape: shape, count: count)
    guard let tail = program.tail else {
      try Threads.split(count, grain: 16 * Int(IMF_BLOCK)) { range in
        plan.run(range, blockEnd: { $0 + Int(IMF_BLOCK) }, then: { _, _, _ in })
      }
      try Interrupt.check()
      return results
    }
    results.append(try reduce(tail, by: plan, count: count))
    try Interrupt.check()
    return results
  }
}

extension CPU {
  func elementwise(
    _ step: ElementwiseStep, _ a: ElementwiseOperand, _ b: ElementwiseOperand?, shape: [Int], dtype: DType
  ) throws -> NDArray? {
    let count = shape.reduce(1, *)
    guard count > 0, count <= Int(IMF_BLOCK), a.lies(as: shape), b?.lies(as: shape) ?? true else { return nil }
    let call = try BlockPlan.call(step, a.dtype, dtype)
    let result = try NDArray(shape: shape, strides: a.strides ?? b?.strides, dtype: dtype)
    withUnsafeTemporaryAllocation(byteCount: 2 * 8 * count, alignment: 64) { room in
      guard let scratch = room.baseAddress else { return }
      let x = a.pointer(scratch, count)
      switch call {
      case .unary(let kernel): kernel(x, result.pointer, count)
      case .binary(let kernel): kernel(x, b?.pointer(scratch + 8 * count, count) ?? x, result.pointer, count)
      // Three operands: not met here.
      case .select: break
      }
    }
    return result
  }
}

extension ElementwiseOperand {
  /// Whether it lies row-major under a shape, or is one number.
  fileprivate func lies(as shape: [Int]) -> Bool {
    if case .array(let array) = self { array.shape == shape && array.isContiguous } else { true }
  }

  /// Those of an array.
  fileprivate var strides: [Int]? {
    if case .array(let array) = self { array.strides } else { nil }
  }

  /// The elements; a number's are put into the scratch.
  fileprivate func pointer(_ scratch: UnsafeMutableRawPointer, _ count: Int) -> UnsafeMutableRawPointer {
    switch self {
    case .array(let array): return array.pointer
    case .number(let value, let dtype):
      dtype.withBytes(of: value) { imf_fill($0, scratch, dtype.size, count) }
      return scratch
    }
  }
}

extension CPU {
  /// Runs the plan and reduces each block as it comes: whole rows where they fit into one, else parts of a row whose results
  /// are reduced in turn. The order depends on the shape alone.
  private func reduce(_ tail: ElementwiseProgram.Tail, by plan: borrowing BlockPlan, count: Int) throws -> NDArray {
    let block = Int(IMF_BLOCK), length = tail.length, rows = count / length
    let (kind, type, size) = (tail.kind.kernel, tail.dtype.kernelType, tail.dtype.size)
    let reduced = try NDArray(shape: tail.shape, dtype: tail.dtype)
    let slot = plan.kept
    guard length > block else {
      let rowsAtOnce = block / length
      try Threads.split(rows, grain: 16 * rowsAtOnce) { range in
        plan.run(range.lowerBound * length..<range.upperBound * length, blockEnd: { $0 + rowsAtOnce * length }) { start, count, place in
          imf_reduce(
            kind, type, place[slot], reduced.pointer + start / length * size, Int64(count / length), Int64(length), 1, 0,
            Int64(count / length), 0, 1)
        }
      }
      return reduced
    }
    let parts = (length + block - 1) / block
    let partial = try NDArray(shape: [rows, parts], dtype: tail.dtype)
    func start(_ part: Int) -> Int { part / parts * length + part % parts * block }
    try Threads.split(rows * parts, grain: 16) { range in
      plan.run(start(range.lowerBound)..<start(range.upperBound), blockEnd: { min($0 + block, ($0 / length + 1) * length) }) { start, count, place in
        let part = start / length * parts + start % length / block
        imf_reduce(kind, type, place[slot], partial.pointer + part * size, 1, Int64(count), 1, 0, 1, 0, 1)
      }
    }
    imf_reduce(kind, type, partial.pointer, reduced.pointer, Int64(rows), Int64(parts), 1, 0, Int64(rows), 0, 1)
    return reduced
  }
}

/// An elementwise program bound to memory. A slot is a place that instructions read or write; the first are the inputs'.
private struct BlockPlan: ~Copyable {
  private struct Slot {
    /// Start of memory walked along with the blocks; nil for scratch.
    var base: UnsafeMutableRawPointer?
    /// Bytes of an element, for slots that walk.
    var size = 0
    /// Which scratch register, for slots that do not.
    var register = 0
  }

  private struct Gather {
    let slot: Int, pointer: UnsafeMutableRawPointer, size: Int
    let shape: [Int64], strides: [Int64]
  }

  fileprivate enum Call {
    case unary(imf_unary)
    case binary(imf_binary)
    case select(Int)
  }

  private struct Operation {
    let call: Call
    let a: Int, b: Int, c: Int, result: Int
  }

  /// What becomes of an instruction's result.
  private struct Fate {
    var slot = -1
    /// The last instruction that reads it, and the array that it is wanted in; -1 where there is none.
    var lastUse = -1, result = -1
  }

  private var slots: [Slot] = []
  private var gathers: [Gather] = []
  private var numbers: [(slot: Int, value: Double, dtype: DType)] = []
  private var operations: [Operation] = []
  private var registers = 0
  /// The slot of the result that the tail reads after all instructions ran; -1 where there is none.
  private(set) var kept = -1
  private let registerBytes: Int

  init(_ program: ElementwiseProgram, _ inputs: [NDArray], _ results: [NDArray], shape: [Int], count: Int) throws {
    registerBytes = (min(count, Int(IMF_BLOCK)) * 8 + 63) & ~63
    slots.reserveCapacity(inputs.count + 2 * program.instructions.count)
    operations.reserveCapacity(program.instructions.count)
    for input in inputs { add(input.broadcast(to: shape)) }

    let tail = program.tail?.instruction ?? -1
    var fates = [Fate](repeating: Fate(), count: program.instructions.count)
    for (index, instruction) in program.instructions.enumerated() { instruction.eachSource { fates[$0].lastUse = index } }
    for (result, output) in program.outputs.enumerated() { fates[output.instruction].result = result }
    if tail >= 0 { fates[tail].lastUse = program.instructions.count }

    var free: [Int] = []
    for (index, instruction) in program.instructions.enumerated() {
      let a = slot(of: instruction.a, fates), b = slot(of: instruction.b, fates), c = slot(of: instruction.c, fates)
      // Operands that die here give their registers back afterwards: kernels may work in place only where
      // element sizes agree, and the saving would be one register.
      if fates[index].result >= 0 {
        let result = results[fates[index].result]
        slots.append(Slot(base: result.pointer, size: result.dtype.size))
      } else {
        slots.append(Slot(register: free.popLast() ?? newRegister()))
      }
      fates[index].slot = slots.count - 1
      instruction.eachSource { source in
        let slot = slots[fates[source].slot]
        guard fates[source].lastUse == index, slot.base == nil else { return }
        free.append(slot.register)
        // Once: x * x gives back one register.
        fates[source].lastUse = -1
      }
      operations.append(
        Operation(
          call: try Self.call(instruction.step, instruction.operandType, instruction.dtype), a: a, b: b, c: c,
          result: slots.count - 1))
    }
    if tail >= 0 { kept = fates[tail].slot }
  }

  private mutating func add(_ input: NDArray) {
    guard !input.isContiguous else { return slots.append(Slot(base: input.pointer, size: input.dtype.size)) }
    let (shape, strides) = input.collapsed
    gathers.append(
      Gather(slot: slots.count, pointer: input.pointer, size: input.dtype.size, shape: shape, strides: strides))
    slots.append(Slot(register: newRegister()))
  }

  /// Where an operand lies; equal numbers of one type lie in one place.
  private mutating func slot(of source: ElementwiseProgram.Source, _ fates: [Fate]) -> Int {
    switch source {
    case .input(let input): return input
    case .instruction(let earlier): return fates[earlier].slot
    case .number(let value, let dtype):
      if let known = numbers.first(where: { $0.value.bitPattern == value.bitPattern && $0.dtype == dtype }) { return known.slot }
      numbers.append((slots.count, value, dtype))
      slots.append(Slot(register: newRegister()))
      return slots.count - 1
    }
  }

  private mutating func newRegister() -> Int {
    registers += 1
    return registers - 1
  }

  /// The kernel of a step on operands of a type.
  fileprivate static func call(_ step: ElementwiseStep, _ operand: DType, _ dtype: DType) throws -> Call {
    switch step {
    case .unary(let operation):
      if let kernel = imf_unary_kernel(operation, operand.kernelType) { return .unary(kernel) }
    case .binary(let operation):
      if let kernel = imf_binary_kernel(operation, operand.kernelType) { return .binary(kernel) }
    case .cast, .round:
      if let kernel = imf_cast_kernel(operand.kernelType, dtype.kernelType) { return .unary(kernel) }
    case .select: return .select(dtype.size)
    }
    throw TensorError(.type, "elementwise", [Operand(shape: [], dtype: operand)], "not defined for \(operand)")
  }

  /// Runs all instructions on one block after the other.
  ///
  /// - Parameters:
  ///   - blockEnd: where the block that starts at an element ends; at most IMF_BLOCK elements further on.
  ///   - then: called after each block with its start, its size and the memory of the slots.
  func run(
    _ range: Range<Int>, blockEnd: (Int) -> Int, then: (Int, Int, UnsafeMutableBufferPointer<UnsafeMutableRawPointer>) -> Void
  ) {
    // Most short programs need none.
    let scratch = registers > 0 ? UnsafeMutableRawPointer.allocate(byteCount: registers * registerBytes, alignment: 64) : nil
    defer { scratch?.deallocate() }
    withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: slots.count) { place in
      if let scratch {
        for (index, slot) in slots.enumerated() where slot.base == nil {
          place[index] = scratch + slot.register * registerBytes
        }
      }
      for number in numbers {
        number.dtype.withBytes(of: number.value) {
          imf_fill($0, place[number.slot], number.dtype.size, min(Int(IMF_BLOCK), range.count))
        }
      }
      var start = range.lowerBound
      // The caller looks again and throws.
      while start < range.upperBound, !Interrupt.isRequested {
        let count = min(blockEnd(start), range.upperBound) - start
        for (index, slot) in slots.enumerated() {
          if let base = slot.base { place[index] = base + start * slot.size }
        }
        for gather in gathers {
          imf_gather_block(
            gather.pointer, gather.size, Int32(gather.shape.count), gather.shape, gather.strides,
            Int64(start), Int64(count), place[gather.slot])
        }
        for operation in operations {
          switch operation.call {
          case .unary(let kernel): kernel(place[operation.a], place[operation.result], count)
          case .binary(let kernel):
            kernel(place[operation.a], place[operation.b], place[operation.result], count)
          case .select(let size):
            imf_select(
              place[operation.a].assumingMemoryBound(to: UInt8.self), place[operation.b],
              place[operation.c], place[operation.result], size, count)
          }
        }
        then(start, count, place)
        start += count
      }
    }
  }
}

extension DType {
  /// The bytes of a number in this type, for the duration of the call. Integers saturate.
  func withBytes(of value: Double, _ body: (UnsafeRawPointer) -> Void) {
    func give<T>(_ converted: T) { withUnsafeBytes(of: converted) { body($0.baseAddress!) } }
    switch self {
    case .bool: give(value != 0)
    case .uint8: give(value.isNaN ? 0 : UInt8(min(max(value, 0), 255)))
    case .int32: give(value.isNaN ? 0 : Int32(min(max(value, -0x1p31), 0x1p31 - 1)))
    case .int64:
      give(value.isNaN ? 0 : value >= 0x1p63 ? Int64.max : Int64(max(value, -0x1p63)))
    case .bfloat16:
      let bits = Float(value).bitPattern
      // Round to nearest even on the 16 bits that go.
      give(value.isNaN ? UInt16(0x7fc0) : UInt16(truncatingIfNeeded: (UInt64(bits) + 0x7fff + UInt64(bits >> 16 & 1)) >> 16))
    case .float32: give(Float(value))
    case .float64: give(value)
    }
  }
}
