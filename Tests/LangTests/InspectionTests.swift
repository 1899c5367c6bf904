// Inspection in the language: which line is named, what is printed, what goes on after an error.

import Tensor
import Testing

@testable import Lang

@Suite struct InspectionTests {
  /// The check holds for the process: this runs in one of its own.
  @Test func theFirstNaNNamesTheLineThatMadeIt() async {
    await #expect(processExitsWith: .success) {
      let cells = Cells()
      try cells.run("check_nan(true)")
      let error = try #require(cells.error("x = tensor([1, -1])\ny = log(x) * 2\nz = y + 1\nprint(z)"))
      #expect(error.kind == .value && error.message == "log: NaN first arises here, in 1 of 2 elements")
      #expect(error.position?.line == 2 && error.position?.column == 5)
      #expect(error.notes == ["input 1: float32[2], from -1.0 to 1.0", "computed for in [1]:4:1"])
      // In an operator, in a function, shown at the prompt, in a derivative.
      let divided = try #require(cells.error("fn f(x) {\n  q = x / x\n  q + 1\n}\nf(zeros([2]) * tensor([1, 2]))"))
      #expect(divided.message.contains("divide: NaN") && divided.position?.line == 2)
      let gradient = try #require(cells.error("g = grad(x -> sum(sqrt(x) * 0))\ng([0.0, 1.0])"))
      #expect(gradient.message.contains("in the derivative of sqrt") && gradient.position?.line == 1)
      #expect(try cells.run("check_nan(true, infinities = true); try print(exp([1000])) catch e { e.message }").contains("infinity first"))
      #expect(try cells.run("check_nan(false)\nlog([-1])") == "float32[1]\n[nan]")
    }
  }

  @Test func memoryBeyondTheLimitIsAnErrorAndTheSessionGoesOn() async {
    await #expect(processExitsWith: .success) {
      let cells = Cells()
      try cells.run("w = eval(rand(400, 400) + 1); memory_limit(\"4 MiB\")")
      let error = try #require(cells.error("a = w @ w\neval([w + a.T, w * 2 + a.T, w * 3 + a.T, w - a, w @ a, a @ a, w + 1])"))
      #expect(error.kind == .limit && error.message.contains("are needed, and"))
      #expect(error.notes.contains { $0.contains("most is held by float32[400, 400]") })
      #expect(error.notes.contains { $0.contains("`w` holds") })
      #expect(error.position?.line == 2)
      #expect(try cells.run("try zeros([1000, 1000]) + arange(1000) |> eval catch e { e.kind }") == "\"limit\"")
      #expect(try cells.run("sum(ones([10]) + 1).item()") == "20")
      #expect(try cells.run("memory_limit(none); (w @ w).shape") == "[400, 400]")
    }
  }

  @Test(arguments: ["\"4 cats\"", "\"GiB\"", "-1", "0", "nan", "true", "[1]", "\"\"", "1e300", "\"1e3\""])
  func wrongLimitsAreRefused(_ limit: String) throws {
    let error = try #require(Cells().error("memory_limit(\(limit))"))
    #expect([.type, .value].contains(error.kind))
  }

  /// A profile counts the whole process: this runs in one of its own.
  @Test func aProfileIsATableAndRows() async {
    await #expect(processExitsWith: .success) {
      let cells = Cells()
      try cells.run("p = profile(() -> ones([64, 64]) @ (rand(64, 64) + 1))")
      let lines = try cells.run("p").split(separator: "\n").map(String.init)
      #expect(lines[0].hasPrefix("operation") && lines[0].contains("GFLOP/s"))
      #expect(lines.contains { $0.hasPrefix("matmul [64, 64] @ [64, 64]") })
      #expect(lines.dropLast().allSatisfy { $0.count == lines[0].count }, "\(lines)")
      #expect(try cells.run("keys(p.rows[0])") == "[\"operation\", \"calls\", \"ms\", \"gflops\", \"bytes\"]")
      #expect(try cells.run("n = 0; for row in p { n += row.calls }; n == len(p)") == "true")
      #expect(cells.error("profile(3)")?.kind == .type)
      #expect(cells.error("profile(() -> fail(\"no\"))")?.message == "no")
    }
  }

  @Test func aGraphIsText() throws {
    let cells = Cells()
    #expect(try cells.run("x = rand(3); graph([x + 1, x * 2])").contains("2 operations pending"))
    #expect(cells.error("graph(\"x\")")?.kind == .type)
    #expect(cells.error("graph(1, limit = 0)")?.kind == .value)
  }

  @Test(arguments: [
    ("describe([1, 2, nan, inf])", "{shape: [4], dtype: \"float32\", min: 1, max: 2, mean: 1.5, std: 0.5, nan: 1, inf: 1}"),
    ("describe(zeros([0]))", "{shape: [0], dtype: \"float32\", min: none, max: none, mean: none, std: none, nan: 0, inf: 0}"),
  ])
  func descriptions(code: String, text: String) throws { #expect(try Cells().run(code).replacing("\n", with: "").replacing("  ", with: " ").replacing("{ ", with: "{") == text) }

  /// The head line of large tensors; small ones show all their numbers anyway.
  @Test(arguments: [
    ("arange(1000)", "float32[1000]  min 0  max 999  mean 499.5  std 288.67"),
    ("where(arange(1000) > 997, nan, 0)", "float32[1000]  min 0  max 0  mean 0  std 0  nan 2"),
    ("arange(1000) < 10", "bool[1000]  10 true"), ("zeros([1000000, 10000])", "float32[1000000, 10000]  min 0  max 0  mean 0  std 0"),
    ("zeros([3])", "float32[3]"),
  ])
  func largeTensorsShowTheirStatistics(code: String, head: String) throws {
    #expect(try Cells().run(code).split(separator: "\n")[0] == head)
  }
}
