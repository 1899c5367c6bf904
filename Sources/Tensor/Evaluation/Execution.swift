// One plan being carried out: runs the steps on the device, keeps what somebody can still ask for, and frees
// everything else after its last use.

import Synchronization

/// Used by one thread, under the evaluator's lock: accesses need no watching.
final class Execution {
  private let device: any Device
  @exclusivity(unchecked) private(set) var nodes: [Node]
  @exclusivity(unchecked) private var steps: [Step]
  /// By position: how many reads are still to come.
  @exclusivity(unchecked) private(set) var readers: [Int]
  /// By position: results that only this execution needs.
  @exclusivity(unchecked) private(set) var values: [NDArray?]
  /// The number of the group being run; numbers go on from one execution to the next.
  @exclusivity(unchecked) private var groups: UInt64
  private let check = NumberCheck.current
  private let outlet: OpenOutlet?

  init(_ plan: consuming Plan, groupsBefore: UInt64, on device: any Device, into outlet: OpenOutlet? = nil) {
    self.outlet = outlet
    groups = groupsBefore
    self.device = device
    nodes = plan.nodes
    steps = plan.steps
    readers = plan.readers
    values = Array(repeating: nil, count: plan.nodes.count)
  }

  /// Lets go of readers before what they read, so that no node is the last to hold another.
  deinit {
    steps = []
    while !nodes.isEmpty { nodes.removeLast() }
  }

  func run() throws { try withoutDenormals { try runSteps() } }

  private func runSteps() throws {
    // Fills are numbers inside groups; only those that somebody holds need an array.
    for node in nodes where node.fill != nil && node.isHeld {
      let array = try value(of: node)
      node.value = array
      try outlet?.hand(over: array, of: node)
    }
    let isProfiling = Profile.current.withLock { $0 != nil }
    for step in steps {
      try Interrupt.check()
      try outlet?.between()
      do {
        guard isProfiling else {
          try run(step)
          continue
        }
        // Before the run: afterwards nodes have forgotten their inputs.
        let (label, work) = (step.label, try work(of: step))
        let duration = try ContinuousClock().measure { try run(step) }
        Profile.current.withLock { $0?.add(label, work, duration) }
      } catch let error as TensorError {
        throw explained(error, in: step)
      }
    }
    // A wish that came during the last step is a wish all the same.
    try Interrupt.check()
  }

  private func run(_ step: Step) throws {
    switch step {
    case .single(let node):
      var arrays: [NDArray] = []
      arrays.reserveCapacity(node.inputs.count)
      for input in node.inputs { arrays.append(try value(of: input)) }
      // What others read last counts as held while they run: an error of memory names it.
      let overwrites = check == .off && node.primitive is any OverwritingPrimitive
      if overwrites { for input in node.inputs { finishReading(input) } }
      let checked = check == .off ? [] : arrays
      let result = try node.primitive.evaluate(consume arrays, on: device)
      if check != .off { try check.examine(result, of: node, from: checked) }
      if !overwrites { for input in node.inputs { finishReading(input) } }
      try store(result, for: node)
    case .group(let group): try run(group)
    }
  }

  func value(of node: Node) throws -> NDArray {
    if let value = node.value { return value }
    if let fill = node.fill { return try device.fill(fill, shape: node.shape, dtype: node.dtype) }
    guard let value = values[node.position] else {
      throw TensorError(
        .limit, node.primitive.name, [node.operand], "was needed before it was computed")
    }
    return value
  }

  /// Stores a result: on the node where a tensor outside can ask for it, else until its last reader. What an outlet took is
  /// kept for readers alone.
  private func store(_ array: NDArray, for node: Node) throws {
    if let outlet, outlet.waits(for: node) {
      try outlet.hand(over: array, of: node)
      if readers[node.position] > 0 { values[node.position] = array }
    } else if node.isHeld {
      node.value = try compact(array)
      node.detachIfPossible()
    } else if readers[node.position] > 0 {
      values[node.position] = array
    }
  }

  private func finishReading(_ node: Node) {
    guard node.value == nil, node.fill == nil else { return }
    readers[node.position] -= 1
    if readers[node.position] == 0 { values[node.position] = nil }
  }

  /// Elementwise nodes as one program: results that nobody outside the group reads never reach memory.
  private func run(_ group: ElementwiseGroup) throws {
    groups += 1
    var program = ElementwiseProgram()
    program.instructions.reserveCapacity(group.nodes.count)
    var inputs: [NDArray] = []
    for (index, node) in group.nodes.enumerated() {
      guard let step = node.primitive.fusion else { continue }
      let operands = node.inputs, a = try source(operands[0], &inputs)
      program.instructions.append(
        .init(
          step, a, operands.count > 1 ? try source(operands[1], &inputs) : nil,
          operands.count > 2 ? try source(operands[2], &inputs) : nil, of: operands[0].dtype,
          dtype: node.isRounded ? .bfloat16 : node.dtype))
      (node.group, node.slot, node.isInstruction) = (groups, index, true)
      if readers[node.position] > 0 || node.isHeld { program.outputs.append(.init(instruction: index)) }
    }
    if let tail = group.tail, let reduction = tail.primitive as? Reduce {
      program.tail = .init(
        kind: reduction.kind, instruction: tail.inputs[0].slot,
        length: group.shape.suffix(reduction.axes.count).reduce(1, *), shape: tail.shape, dtype: tail.dtype)
    }
    for node in group.nodes {
      for input in node.inputs where input.group != groups || !input.isInstruction { finishReading(input) }
    }
    reuse(&inputs, in: &program, shape: group.shape)
    let arrays = try device.elementwise(program, inputs, shape: group.shape)
    for (array, output) in zip(arrays, program.outputs) { try store(array, for: group.nodes[output.instruction]) }
    if let tail = group.tail { try store(arrays[arrays.count - 1], for: tail) }
  }

  /// Where the group being run finds a node's value: among its instructions, its numbers, or its inputs, to which it may be
  /// added here.
  private func source(_ node: Node, _ inputs: inout [NDArray]) throws -> ElementwiseProgram.Source {
    if node.group == groups { return node.isInstruction ? .instruction(node.slot) : .input(node.slot) }
    if let fill = node.fill { return .number(fill, node.dtype) }
    (node.group, node.slot, node.isInstruction) = (groups, inputs.count, false)
    inputs.append(try value(of: node))
    return .input(node.slot)
  }

  /// Gives outputs the memory of inputs that were read for the last time. Small ones stay in the cache anyway.
  private func reuse(_ inputs: inout [NDArray], in program: inout ElementwiseProgram, shape: [Int]) {
    guard shape.reduce(1, *) >= 1 << 12 else { return }
    var free = inputs.indices.filter { inputs[$0].shape == shape && inputs[$0].isContiguous && NDArray.isOverwritable(&inputs[$0]) }
    for index in program.outputs.indices where !free.isEmpty {
      let output = program.outputs[index], size = program.instructions[output.instruction].dtype.size
      guard let place = free.firstIndex(where: { inputs[$0].dtype.size == size && program.canOverwrite(input: $0, output: output) })
      else { continue }
      program.outputs[index].overwrites = free.remove(at: place)
    }
  }

  /// A small view would keep all of a large array alive: values that stay are copied out of it.
  private func compact(_ array: NDArray) throws -> NDArray {
    let needed = array.count * array.dtype.size
    guard array.storage.byteCount > 2 * needed + 4096 else { return array }
    let copy = ElementwiseProgram(.cast, [.input(0)], of: array.dtype, dtype: array.dtype)
    return try device.elementwise(copy, [array], shape: array.shape)[0]
  }
}
