// Forward mode: tangents follow the recorded graph from the leaves to the outputs.

/// Values and directional derivatives of a function.
///
/// - Parameters:
///   - f: tensors in, tensors out.
///   - primals: where to differentiate.
///   - tangents: the direction, in the primals' shapes; nil is zero and costs nothing.
/// - Returns: `outputs` = f(primals); `tangents` = the derivative of each output along the direction, nil where it
///   does not depend on it.
/// - Throws: `TensorError` where a tangent's shape differs from its primal's, and whatever f throws.
public func jvp(
  _ f: ([Tensor]) throws -> [Tensor], at primals: [Tensor], along tangents: [Tensor?]
) throws -> (outputs: [Tensor], tangents: [Tensor?]) {
  guard primals.count == tangents.count else {
    throw TensorError(
      .value, "jvp", primals.map(\.operand), "\(primals.count) primals need as many tangents, not \(tangents.count)")
  }
  for (primal, tangent) in zip(primals, tangents) {
    guard let tangent, tangent.shape != primal.shape else { continue }
    throw TensorError(
      .shape, "jvp", [primal.operand, tangent.operand], "a tangent needs its primal's shape \(primal.shape)")
  }
  let (record, _) = try Record.make(
    { (try f($0), ()) }, at: primals, active: tangents.map { $0 != nil })

  var tangentOf: [ObjectIdentifier: Tensor] = [:]
  for (leaf, tangent) in zip(record.leaves, tangents) {
    if let leaf, let tangent { tangentOf[ObjectIdentifier(leaf)] = try tangent.cast(to: leaf.dtype) }
  }
  for entry in record.entries {
    let dx = entry.inputs.map { tangentOf[ObjectIdentifier($0.node)] }
    try Recording.derivative(of: entry.output.node) {
      guard let dy = try entry.primitive.jvp(entry.inputs, dx, entry.output) else { return }
      tangentOf[entry.identity] = try dy.broadcast(to: entry.output.shape)
    }
  }
  return (record.outputs, record.outputs.map { tangentOf[ObjectIdentifier($0.node)] })
}
