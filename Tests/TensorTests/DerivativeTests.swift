// Nested derivatives against closed forms and finite differences, in float64.

import Testing

@testable import Tensor

private func double(_ value: Double) -> Tensor { Tensor(value, dtype: .float64) }

/// f(x) = tanh(x^2) x, with its derivatives by central differences.
private func f(_ x: Tensor) throws -> Tensor { try tanh(x * x) * x }

private func value(_ f: (Tensor) throws -> Tensor, _ x: Double) throws -> Double { try f(double(x)).item() }

private func difference(_ f: (Tensor) throws -> Tensor, _ x: Double) throws -> Double {
  try (value(f, x + 1e-5) - value(f, x - 1e-5)) / 2e-5
}

private func gradient(_ f: @escaping (Tensor) throws -> Tensor) -> (Tensor) throws -> Tensor {
  { try grad({ try f($0[0]) }, at: [$0])[0] }
}

private func pushforward(_ f: @escaping (Tensor) throws -> Tensor) -> (Tensor) throws -> Tensor {
  { try #require(jvp({ [try f($0[0])] }, at: [$0], along: [double(1)]).tangents[0]) }
}

@Suite struct DerivativeTests {
  @Test func everyNestingOfSecondOrder() throws {
    let x = 0.7
    let first = try difference(f, x)
    #expect(abs(try value(gradient(f), x) - first) < 1e-8)
    #expect(abs(try value(pushforward(f), x) - first) < 1e-8)
    let second = try difference(gradient(f), x)
    for nested in [
      gradient(gradient(f)), gradient(pushforward(f)), pushforward(gradient(f)), pushforward(pushforward(f)),
    ] {
      #expect(abs(try value(nested, x) - second) < 1e-7)
    }
    let third = try difference(gradient(gradient(f)), x)
    #expect(abs(try value(gradient(gradient(gradient(f))), x) - third) < 1e-6)
  }

  @Test func perturbationsAreNotConfused() throws {
    // d/dx [ x * d/dy (x + y) at y = 1 ] = 1
    let reverse = try value(gradient { x in try x * gradient({ y in try x + y })(double(1)) }, 2)
    let forward = try value(pushforward { x in try x * pushforward({ y in try x + y })(double(1)) }, 2)
    #expect(reverse == 1)
    #expect(forward == 1)
  }

  @Test func stopGradientHoldsItsValueConstant() throws {
    #expect(try value(gradient { x in try x * stopGradient(x) }, 3) == 3)
    #expect(try value(pushforward { x in try stopGradient(x * x) + x }, 3) == 1)
  }

  @Test func readingInsideADifferentiatedFunctionChangesNothing() throws {
    let g = gradient { x in
      let y = try x * x
      _ = try y.item()
      return try y * x
    }
    #expect(try value(g, 2) == 12)
    #expect(try value(gradient(g), 2) == 12)
  }

  @Test func pullbackCanBeCalledTwice() throws {
    let (outputs, pullback) = try vjp({ [try $0[0] * $0[1], try $0[0] + 1] }, at: [double(3), double(5)])
    #expect(try outputs[0].item() == 15)
    let first = try pullback([double(1), nil])
    #expect(try first[0]?.item() == 5)
    #expect(try first[1]?.item() == 3)
    let second = try pullback([nil, double(2)])
    #expect(try second[0]?.item() == 2)
    #expect(second[1] == nil)
  }

  /// An outer walk meets the inner one's nodes again; the pullback outlives both.
  @Test func aPullbackOutlivesAnOuterDerivative() throws {
    var kept: (([Tensor?]) throws -> [Tensor?])?
    let x = double(2)
    let outer = try jvp(
      { primals in
        let (outputs, pullback) = try vjp({ [try $0[0] * $0[0] * $0[1], $0[1]] }, at: [primals[0], double(5)])
        kept = pullback
        return [try outputs[0] * 3]
      }, at: [x], along: [double(1)])
    #expect(try outer.tangents[0]?.item() == 60)
    let pullback = try #require(kept)
    let gradients = try pullback([double(1), double(7)])
    #expect(try gradients[0]?.item() == 20 && gradients[1]?.item() == 11)
  }

  @Test func independentPrimalsHaveZeroGradient() throws {
    let gradients = try grad({ try sum($0[0]) }, at: [.ones([2, 3]), .ones([4])])
    #expect(try gradients[0].scalars(Float.self) == [1, 1, 1, 1, 1, 1])
    #expect(try gradients[1].scalars(Float.self) == [0, 0, 0, 0])
  }

  @Test func broadcastOperandsGetTheirOwnShapes() throws {
    let gradients = try grad(
      { try sum($0[0] * $0[1]) }, at: [.ones([4, 3], dtype: .float64), Tensor([1.0, 2, 3])])
    #expect(gradients[1].shape == [3])
    #expect(try gradients[1].scalars(Double.self) == [4, 4, 4])
  }

  @Test func wrongResultsAndTangentsAreNamed() throws {
    let message = #expect(throws: TensorError.self) { try grad({ $0[0] }, at: [.ones([3])]) }
    #expect(message?.reason == "the function must return one floating-point number")
    let tangent = #expect(throws: TensorError.self) {
      try jvp({ $0 }, at: [.ones([3])], along: [.ones([2])])
    }
    #expect(tangent?.reason == "a tangent needs its primal's shape [3]")
  }
}
