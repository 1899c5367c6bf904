// Every row of OperationCases through every check.

import Testing

@testable import Tensor

/// Repeatable numbers in an interval, as float64.
private func draw(_ shape: [Int], in domain: ClosedRange<Double>, seed: Int) throws -> Tensor {
  try uniform(
    RandomKey(seed: seed), shape, low: domain.lowerBound, high: domain.upperBound
  ).cast(to: .float64)
}

private func inputs(_ row: OperationCase) throws -> [Tensor] {
  try row.shapes.enumerated().map { try draw($0.element, in: row.domain, seed: 100 + $0.offset) }
}

private func close(_ a: Tensor, _ b: Tensor, _ tolerance: Double) throws -> Bool {
  try allClose(a, b, rtol: tolerance, atol: tolerance)
}

/// (f(x + h dx) - f(x - h dx)) / 2h
private func difference(
  _ f: ([Tensor]) throws -> Tensor, _ x: [Tensor], _ dx: [Tensor], step: Double
) throws -> Tensor {
  let up = try f(zip(x, dx).map { try $0 + $1 * step }), down = try f(zip(x, dx).map { try $0 - $1 * step })
  return try (up - down) / (2 * step)
}

@Suite struct OperationTests {
  @Test(arguments: operationCases) func value(_ row: OperationCase) throws {
    let x = try inputs(row)
    guard let reference = row.reference else { return }
    let expected = reference(try x.map { try $0.scalars(Double.self) })
    let y = try row.function(x)
    let values = try y.scalars(Double.self)
    try #require(values.count == expected.count)
    for (a, b) in zip(values, expected) { #expect(abs(a - b) <= row.tolerance * (1 + abs(b)), "\(a) \(b)") }
  }

  /// Strided operands: every input as a transposed view of a transposed copy.
  @Test(arguments: operationCases) func stridedInputs(_ row: OperationCase) throws {
    let x = try inputs(row)
    let strided = try x.map { x in
      try x.rank < 2 ? x : x.permuted(Array(x.shape.indices.reversed())).evaluatedCopy().permuted(Array(x.shape.indices.reversed()))
    }
    #expect(try close(row.function(strided), row.function(x), 1e-12))
  }

  @Test(arguments: operationCases.filter { $0.order > 0 }) func firstDerivatives(_ row: OperationCase) throws {
    let x = try inputs(row)
    let dx = try row.shapes.enumerated().map { try draw($0.element, in: -1...1, seed: 200 + $0.offset) }
    try check(row.function, x, dx, row.tolerance > 1e-5 ? 1e-2 : 1e-5, step: row.tolerance > 1e-5 ? 1e-2 : 1e-5)
  }

  /// The derivatives of the gradient: grad of grad and jvp of grad, by the same checks on x -> grad f(x).
  @Test(arguments: operationCases.filter { $0.order > 1 }) func secondDerivatives(_ row: OperationCase) throws {
    let x = try inputs(row)
    let dx = try row.shapes.enumerated().map { try draw($0.element, in: -1...1, seed: 200 + $0.offset) }
    let shape = try row.function(x).shape
    let weights = try draw(shape, in: 0.5...1.5, seed: 300)
    let tolerance = row.tolerance > 1e-5 ? 1e-2 : 1e-5
    for input in x.indices {
      let gradient: ([Tensor]) throws -> Tensor = { x in
        // Squared, so that linear operations have a second derivative too.
        try grad({ let y = try row.function($0); return try sum(weights * y * y) }, at: x)[input]
      }
      try check(gradient, x, dx, 10 * tolerance, step: tolerance)
    }
    // jvp of jvp against the difference of jvp.
    let forward: ([Tensor]) throws -> Tensor = { x in
      let result = try jvp({ let y = try row.function($0); return [try y * y] }, at: x, along: dx).tangents[0]
      return try #require(result)
    }
    try check(forward, x, dx, 10 * tolerance, step: tolerance)
  }

  /// JVP equals the central difference, and <v, vjp u> = <jvp v, u>.
  private func check(
    _ f: ([Tensor]) throws -> Tensor, _ x: [Tensor], _ dx: [Tensor], _ tolerance: Double, step: Double
  ) throws {
    let (outputs, tangents) = try jvp({ [try f($0)] }, at: x, along: dx)
    let tangent = try tangents[0] ?? .zeros(outputs[0].shape, dtype: .float64)
    let numeric = try difference(f, x, dx, step: step)
    #expect(try close(tangent, numeric, tolerance))

    let u = try draw(outputs[0].shape, in: -1...1, seed: 400)
    let cotangents = try vjp({ [try f($0)] }, at: x).pullback([u])
    var right = Tensor(0, dtype: .float64)
    for (cotangent, dx) in zip(cotangents, dx) {
      guard let cotangent else { continue }
      #expect(cotangent.shape == dx.shape)
      right = try right + sum(cotangent * dx)
    }
    #expect(try close(sum(tangent * u), right, Swift.max(1e-9, tolerance > 1e-3 ? 1e-5 : 0)))
  }

  @Test(arguments: operationCases.filter { row in row.shapes[0] == [3, 5] })
  func emptyTensors(_ row: OperationCase) throws {
    let x = try row.shapes.map { try Tensor.zeros($0.count == 2 ? [0, 5] : $0, dtype: .float64) }
    let y = try row.function(x)
    #expect(y.shape == [0, 5])
    #expect(try y.scalars(Double.self).isEmpty)
  }
}

extension Tensor {
  /// The same values in fresh row-major memory.
  fileprivate func evaluatedCopy() throws -> Tensor { try Tensor(scalars(Double.self), shape: shape) }
}
