// What a walk works on: the function's graph between fresh leaves and outputs.
// Leaves are identity nodes over the primals, marked with the differentiation's tracer; everything that depends on
// them carries the mark, so the walk enters nothing else. Numbers of nodes rise from inputs to results, so
// sorting by number orders the graph.

struct Record {
  /// One recorded operation, with what its rules look at.
  struct Entry {
    let number: UInt64
    let identity: ObjectIdentifier
    let primitive: any Primitive
    let inputs: [Tensor]
    let output: Tensor
  }

  /// Leaves by primal; nil where the primal takes part as a constant.
  let leaves: [Node?]
  let outputs: [Tensor]
  /// Operations between leaves and outputs, inputs first. Leaves are not among them.
  let entries: [Entry]

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
    return (Record(leaves: leaves, outputs: outputs, entries: walk(outputs, leaves, tracer)), aux)
  }

  private static func walk(_ outputs: [Tensor], _ leaves: [Node?], _ tracer: Tracer) -> [Entry] {
    var seen = Set(leaves.compactMap { $0.map { ObjectIdentifier($0) } })
    var pending = outputs.map(\.node)
    var found: [Node] = []
    while let node = pending.popLast() {
      guard node.traces?.contains(tracer) ?? false, seen.insert(ObjectIdentifier(node)).inserted else { continue }
      found.append(node)
      pending.append(contentsOf: node.inputs)
    }
    found.sort { $0.number < $1.number }
    return found.map { node in
      Entry(
        number: node.number, identity: ObjectIdentifier(node), primitive: node.primitive,
        inputs: node.inputs.map { Tensor($0) }, output: Tensor(node))
    }
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
      if !repeated.isEmpty { result = try sum(result, axes: repeated, keepDims: true) }
      result = try result.reshaped(operand.shape)
    }
    return try result.cast(to: operand.dtype)
  }
}
