// What a walk works on: the function's graph between fresh leaves and outputs.
// Leaves are identity nodes over the primals, marked with the differentiation's tracer; everything that depends on
// them carries the mark, so the walk enters nothing else. Numbers of nodes rise from inputs to results, so
// sorting by number orders the graph.

struct Record {
  /// One recorded operation, with what its rules look at.
  struct Entry {
    let primitive: any Primitive
    let inputs: [Tensor]
    let output: Tensor
    /// Where the places of its inputs begin among all inputs' places.
    let firstInput: Int
  }

  /// Leaves by primal; nil where the primal takes part as a constant.
  let leaves: [Node?]
  let outputs: [Tensor]
  /// Operations between leaves and outputs, inputs first. Leaves are not among them.
  let entries: [Entry]

  // Walks keep what they know of a tensor at its place in a list: the leaves come first, by primal, then the entries' outputs.
  /// The places of all entries' inputs, one entry after the other, and of the outputs; nil for constants.
  let inputPlaces: [Int?]
  let outputPlaces: [Int?]
  /// How many places there are.
  var count: Int { leaves.count + entries.count }

  /// Runs a function on marked leaves and records the graph it built.
  ///
  /// - Parameter active: which primals are differentiated.
  static func make<Aux>(
    _ f: ([Tensor]) throws -> (outputs: [Tensor], aux: Aux), at primals: [Tensor], active: [Bool]
  ) throws -> (Record, Aux) {
    let nested = primals.map { $0.node.traces?.depth ?? 0 }.max() ?? 0
    guard nested < TraceSet.deepest else {
      throw TensorError(
        .limit, "derivative", [], "derivatives of derivatives, \(TraceSet.deepest) deep", hint: "is a recursion missing its end?")
    }
    let tracer = Tracer()
    defer { tracer.finish() }
    let leaves = zip(primals, active).map { primal, isActive -> Node? in
      guard isActive, primal.dtype.isFloating else { return nil }
      return Node(
        Identity(), [primal.node], primal.operand,
        traces: TraceSet.adding(tracer, to: primal.node.traces))
    }
    let (outputs, aux) = try f(zip(primals, leaves).map { primal, leaf in leaf.map { Tensor($0) } ?? primal })
    return (Record(outputs, leaves, tracer), aux)
  }

  /// Walks from the outputs to the leaves.
  private init(_ outputs: [Tensor], _ leaves: [Node?], _ tracer: Tracer) {
    // The tensors at the places.
    var tensors: [Tensor] = []
    for (place, leaf) in leaves.enumerated() {
      if let leaf { (leaf.walk, leaf.place) = (tracer.number, place) }
    }
    var pending = outputs.map(\.node)
    var found: [Node] = []
    while let node = pending.popLast() {
      guard node.walk != tracer.number, node.traces?.contains(tracer) ?? false else { continue }
      node.walk = tracer.number
      found.append(node)
      pending.append(contentsOf: node.inputs)
    }
    found.sort { $0.number < $1.number }
    tensors.reserveCapacity(found.count)
    var entries: [Entry] = [], inputPlaces: [Int?] = []
    entries.reserveCapacity(found.count)
    inputPlaces.reserveCapacity(2 * found.count)
    func place(of node: Node) -> Int? { node.walk == tracer.number ? node.place : nil }
    for node in found {
      let firstInput = inputPlaces.count
      let inputs = node.inputs.map { input in
        let place = place(of: input)
        inputPlaces.append(place)
        guard let place, place >= leaves.count else { return Tensor(input) }
        return tensors[place - leaves.count]
      }
      node.place = leaves.count + entries.count
      let output = Tensor(node)
      tensors.append(output)
      entries.append(Entry(primitive: node.primitive, inputs: inputs, output: output, firstInput: firstInput))
    }
    (self.leaves, self.outputs, self.entries) = (leaves, outputs, entries)
    (self.inputPlaces, outputPlaces) = (inputPlaces, outputs.map { place(of: $0.node) })
  }
}

extension Tensor {
  /// A cotangent or tangent in an operand's own shape and type: sums over the axes that broadcasting repeated.
  func fitted(to operand: Operand) throws -> Tensor {
    var result = self
    if shape != operand.shape {
      let lead = rank - operand.shape.count
      let repeated = shape.indices.filter {
        $0 < lead || (operand.shape[$0 - lead] == 1 && shape[$0] != 1)
      }
      if !repeated.isEmpty { result = try sum(result, axes: repeated) }
      result = try result.reshaped(operand.shape)
    }
    return try result.cast(to: operand.dtype)
  }
}
