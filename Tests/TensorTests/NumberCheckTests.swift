// The first NaN, named. The check holds for the process: every test runs in one of its own.

import Testing

@testable import Tensor

/// The error of an evaluation at a place, nil where all went well.
private func failure(_ check: NumberCheck, _ body: () throws -> Tensor) throws -> TensorError? {
  NumberCheck.current = check
  defer { NumberCheck.current = .off }
  do {
    _ = try Recording.at("line 7", body).scalars(Float.self)
    return nil
  } catch let error as TensorError {
    return error
  }
}

@Suite struct NumberCheckTests {
  @Test func theOperationThatMadeItIsNamedWithItsInputs() async {
    await #expect(processExitsWith: .success) {
      let x = try Tensor([Float(-2), 4])
      let error = try #require(try failure(.nan) { try exp(log(x + 1) * 2) + 1 })
      #expect(error.operation == "log" && error.operands.map(\.description) == ["float32[2]"])
      #expect(error.reason == "NaN first arises here, in 1 of 2 elements")
      #expect(error.notes == ["input 1: float32[2], from -1.0 to 5.0"])
      #expect(error.origin?.place as? String == "line 7")
      // Off again, the same graph gives its NaN, fused as ever.
      #expect(try log(x).scalars(Float.self)[0].isNaN)
    }
  }

  @Test func insideADerivativeTheDifferentiatedOperationIsNamed() async {
    await #expect(processExitsWith: .success) {
      let zero = try Tensor([Float(0)])
      let error = try #require(
        try failure(.nan) {
          try grad({ x in try sum(Recording.at("line 3") { try sqrt(x[0]) } * 0) }, at: [zero])[0]
        })
      #expect(error.reason.hasPrefix("in the derivative of sqrt: NaN first arises here"))
      #expect(error.origin?.place as? String == "line 3")
    }
  }

  @Test func goodNumbersHandedOnNaNsAndInfinitiesPass() async {
    await #expect(processExitsWith: .success) {
      #expect(try failure(.nan) { try Tensor([Float.nan]) * 2 } == nil)
      #expect(try failure(.nan) { try exp(Tensor([Float(1000)])) } == nil)
      #expect(try failure(.nan) { try softmax(Tensor([Float(1), 2])) } == nil)
      let error = try #require(try failure(.nanAndInfinity) { try exp(Tensor([Float(1000)])) })
      #expect(error.reason == "infinity first arises here, in 1 of 1 elements")
      #expect(try failure(.nanAndInfinity) { try Tensor([Float.infinity]) + 1 } == nil)
    }
  }

  @Test func nodesRecordedBeforeSaySo() async {
    await #expect(processExitsWith: .success) {
      let early = try log(Tensor([Float(-1)]))
      let error = try #require(try failure(.nan) { early })
      #expect(error.origin == nil && error.notes.last?.contains("recorded before") == true)
    }
  }
}
