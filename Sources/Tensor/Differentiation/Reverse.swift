// Reverse mode: cotangents walk the recorded graph from the outputs back to the leaves.

/// Values of a function and its pullback: cotangents of the outputs to cotangents of the primals.
///
/// - Returns: `pullback` takes one cotangent an output (nil is zero) and may be called more than once; it answers
///   nil for primals on which nothing depends.
public func vjp(
  _ f: ([Tensor]) throws -> [Tensor], at primals: [Tensor]
) throws -> (outputs: [Tensor], pullback: ([Tensor?]) throws -> [Tensor?]) {
  let (record, _) = try Record.make(
    { (try f($0), ()) }, at: primals, active: primals.map { _ in true })
  return (record.outputs, { try pullBack(record, $0) })
}

/// The value of a function with one number as result, what else it computed, and its gradients.
///
/// - Parameter f: answers the number to differentiate and anything else of interest, which passes through.
/// - Returns: one gradient a primal, in its shape; zeros where nothing depends on it.
/// - Throws: `TensorError` where the result has more than one element or is no floating-point number.
public func valueAndGrad<Aux>(
  _ f: ([Tensor]) throws -> (Tensor, Aux), at primals: [Tensor]
) throws -> (value: Tensor, aux: Aux, gradients: [Tensor]) {
  let (record, aux) = try Record.make(
    {
      let (value, aux) = try f($0)
      return (outputs: [value], aux: aux)
    }, at: primals, active: primals.map { _ in true })
  let value = record.outputs[0]
  guard value.count == 1, value.dtype.isFloating else {
    throw TensorError(
      value.count == 1 ? .type : .shape, "grad", [value.operand],
      "the function must return one floating-point number", hint: "take its mean or sum")
  }
  let seed = Tensor(filling: value.shape, with: 1, dtype: value.dtype)
  let cotangents = try pullBack(record, [seed])
  return (
    value, aux,
    zip(primals, cotangents).map { primal, cotangent in
      cotangent ?? Tensor(filling: primal.shape, with: 0, dtype: primal.dtype)
    }
  )
}

/// Gradients of a function with one number as result.
public func grad(_ f: ([Tensor]) throws -> Tensor, at primals: [Tensor]) throws -> [Tensor] {
  try valueAndGrad({ (try f($0), ()) }, at: primals).gradients
}

private func pullBack(_ record: Record, _ seeds: [Tensor?]) throws -> [Tensor?] {
  guard seeds.count == record.outputs.count else {
    throw TensorError(
      .value, "vjp", record.outputs.map(\.operand),
      "\(record.outputs.count) outputs need as many cotangents, not \(seeds.count)")
  }
  // By place.
  var cotangentOf = [Tensor?](repeating: nil, count: record.count)
  for (index, (output, seed)) in zip(record.outputs, seeds).enumerated() {
    guard let seed else { continue }
    guard seed.shape == output.shape else {
      throw TensorError(
        .shape, "vjp", [output.operand, seed.operand], "a cotangent needs its output's shape \(output.shape)")
    }
    guard let place = record.outputPlaces[index] else { continue }
    cotangentOf[place] = try plus(cotangentOf[place], seed.cast(to: output.dtype))
  }
  for (index, entry) in record.entries.enumerated().reversed() {
    let place = record.leaves.count + index
    guard let dy = cotangentOf[place] else { continue }
    cotangentOf[place] = nil
    try Recording.derivative(of: entry.output.node) {
      for (input, dx) in try entry.primitive.vjp(entry.inputs, entry.output, dy).enumerated() {
        guard let dx, let place = record.inputPlaces[entry.firstInput + input] else { continue }
        cotangentOf[place] = try plus(cotangentOf[place], dx.fitted(to: entry.inputs[input].operand))
      }
    }
  }
  return record.leaves.indices.map { record.leaves[$0] == nil ? nil : cotangentOf[$0] }
}
