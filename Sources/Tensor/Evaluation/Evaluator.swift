// Computes pending graphs: plans, runs the steps on the device, keeps what somebody can still ask for, and frees
// everything else after its last use.

import Synchronization

final class Evaluator: Sendable {
  static let shared = Evaluator(device: CPU.shared)

  let device: any Device
  /// Guards values, inputs and scratch fields of all nodes. The number of the latest plan.
  private let plans = Mutex<UInt64>(0)

  init(device: any Device) { self.device = device }

  /// The value of one node, computed if need be.
  func value(of node: Node) throws -> NDArray {
    try evaluate([node])
    guard let value = node.value else {
      throw TensorError(.limit, node.primitive.name, [node.operand], "was not computed")
    }
    return value
  }

  /// Computes the values of all roots.
  func evaluate(_ roots: [Node]) throws {
    try plans.withLock { number in
      let pending = roots.filter { $0.value == nil }
      if !pending.isEmpty {
        number += 1
        for root in pending { root.handles.wrappingAdd(1, ordering: .relaxed) }
        defer { for root in pending { root.handles.wrappingSubtract(1, ordering: .relaxed) } }
        try run(Plan(roots: pending, number: number))
      }
      for root in roots { root.detachIfPossible() }
    }
  }

  private func run(_ plan: Plan) throws {
    var plan = plan
    var values = [NDArray?](repeating: nil, count: plan.nodes.count)

    func value(_ node: Node) throws -> NDArray {
      if let value = node.value { return value }
      if let fill = node.fill {
        return try device.fill(fill, shape: node.shape, dtype: node.dtype)
      }
      guard let value = values[node.position] else {
        throw TensorError(.limit, node.primitive.name, [node.operand], "was needed before it was computed")
      }
      return value
    }

    /// Stores a result: on the node where a tensor outside can ask for it, else until its last reader.
    func store(_ array: NDArray, for node: Node) throws {
      if node.handles.load(ordering: .relaxed) > 0 {
        node.value = try compact(array)
        node.detachIfPossible()
      } else if plan.readers[node.position] > 0 {
        values[node.position] = array
      }
    }

    func finishReading(_ node: Node) {
      if node.value == nil, node.fill == nil, plan.finishReading(node.position) {
        values[node.position] = nil
      }
    }

    for node in plan.nodes where node.fill != nil {
      // Fills are numbers inside groups; only those that somebody holds need an array.
      if node.handles.load(ordering: .relaxed) > 0 {
        node.value = try value(node)
      }
    }

    for step in plan.steps {
      try Interrupt.check()
      switch step {
      case .single(let node):
        let inputs = node.inputs
        let result = try node.primitive.evaluate(inputs.map(value), on: device)
        for input in inputs { finishReading(input) }
        try store(result, for: node)
      case .group(let group):
        try run(group, value: value, store: store, finishReading: finishReading, readers: plan.readers)
      }
    }
  }

  private func run(
    _ group: ElementwiseGroup, value: (Node) throws -> NDArray, store: (NDArray, Node) throws -> Void,
    finishReading: (Node) -> Void, readers: [Int]
  ) throws {
    var program = ElementwiseProgram()
    var inputs: [NDArray] = [], inputIndex: [ObjectIdentifier: Int] = [:]
    var instructionOf: [ObjectIdentifier: Int] = [:]
    instructionOf.reserveCapacity(group.nodes.count)
    var reads: [Node] = []
    var results: [Node] = []

    for node in group.nodes {
      let sources = try node.inputs.map { input -> ElementwiseProgram.Source in
        let identity = ObjectIdentifier(input)
        if let index = instructionOf[identity] { return .instruction(index) }
        if let fill = input.fill { return .number(fill) }
        reads.append(input)
        if let index = inputIndex[identity] { return .input(index) }
        inputIndex[identity] = inputs.count
        inputs.append(try value(input))
        return .input(inputs.count - 1)
      }
      guard let step = node.primitive.fusion else { continue }
      instructionOf[ObjectIdentifier(node)] = program.instructions.count
      program.instructions.append(
        .init(
          step: step, operands: sources, operandTypes: node.inputs.map(\.dtype), dtype: node.dtype))
      if readers[node.position] > 0 || node.handles.load(ordering: .relaxed) > 0 {
        program.outputs.append(program.instructions.count - 1)
        results.append(node)
      }
    }
    let arrays = try device.elementwise(program, inputs, shape: group.shape)
    for read in reads { finishReading(read) }
    for (array, node) in zip(arrays, results) { try store(array, node) }
  }

  /// A small view would keep all of a large array alive: values that stay are copied out of it.
  private func compact(_ array: NDArray) throws -> NDArray {
    let needed = array.count * array.dtype.size
    return array.storage.byteCount > 2 * needed + 4096 ? try copy(array) : array
  }

  private func copy(_ array: NDArray) throws -> NDArray {
    let program = ElementwiseProgram(
      instructions: [
        .init(step: .cast, operands: [.input(0)], operandTypes: [array.dtype], dtype: array.dtype)
      ], outputs: [0])
    return try device.elementwise(program, [array], shape: array.shape)[0]
  }
}
