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

  // By place.
  var tangentOf = [Tensor?](repeating: nil, count: record.count)
  for (place, (leaf, tangent)) in zip(record.leaves, tangents).enumerated() {
    if let leaf, let tangent { tangentOf[place] = try tangent.cast(to: leaf.dtype) }
  }
  for (index, entry) in record.entries.enumerated() {
    let dx = entry.inputs.indices.map { input in record.inputPlaces[entry.firstInput + input].flatMap { tangentOf[$0] } }
    try Recording.derivative(of: entry.output.node) {
      guard let dy = try entry.primitive.jvp(entry.inputs, dx, entry.output) else { return }
      tangentOf[record.leaves.count + index] = try dy.broadcast(to: entry.output.shape)
    }
  }
  return (record.outputs, record.outputPlaces.map { $0.flatMap { tangentOf[$0] } })
}
