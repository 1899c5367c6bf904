// Whole sessions to a file and back.

import Foundation
import Formats
import Lang
import Tensor
import Testing

@testable import Repl

@Suite struct FreezingTests {
  private func thawed(_ cells: [String]) throws -> (before: TestSession, after: TestSession, message: String) {
    let folder = try ScratchFolder()
    let before = TestSession(seed: 5)
    for cell in cells { before.take(cell) }
    let message = before.take(":freeze \(folder.file("s.imfs"))")
    let after = TestSession()
    try FrozenSession.read(folder.file("s.imfs"), into: after.notebook)
    return (before, after, message)
  }

  @Test(arguments: [
    "x = 0.1", "x = -inf", "x = [1, \"a\", none, true, {b: [2]}]", "x = 0..10", "x = randn(3, 4)", "x = key(7)", "x = zeros([0, 3])",
    "x = tensor([1, 2], \"int64\")", "x = cast(ones([3]), \"bfloat16\")", "x = [1, 2] |> tensor |> sum", "x = {\"odd key\": 1}", "x = \"😀\\n\"", "x = show",
  ]) func valuesComeBack(_ cell: String) throws {
    let (before, after, _) = try thawed([cell])
    let expected = try #require(before.value("x"))
    #expect(after.value("x") == expected)
  }

  @Test(arguments: [
    "plot({a: [1, nan, 3], b: [inf, -0.5, 2]}, title = \"t\", xlabel = \"x\", log = \"y\")", "scatter([[0, 1], [1, 2]], classes = [0, 1])", "hist([1, 2, 2, nan])",
    "heatmap([[0, 1, nan], [3, 4, 5]])", "plot(grid(ones([1, 4, 4, 1])))", "plots([plot([1, 2]), hist([1])], columns = 1)", "animate([zeros([2, 2]), ones([2, 2])], fps = 3)",
  ]) func drawingsComeBack(_ code: String) throws {
    let folder = try ScratchFolder()
    let before = TestSession()
    before.take("x = \(code)", ":freeze \(folder.file("s.imfs"))")
    let after = TestSession()
    try FrozenSession.read(folder.file("s.imfs"), into: after.notebook)
    // What it looks like, since nan is not equal to itself.
    func picture(_ session: TestSession, _ name: String) throws -> Data {
      session.take("save(\"\(folder.file(name))\", x)")
      return try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
    }
    #expect(try picture(before, "before.png") == picture(after, "after.png"))
    #expect(before.value("x") == after.value("x"))
  }

  @Test func damagedDrawingsAreRefused() throws {
    let good = try Plot.line([1, 2, 3]).frozenParts
    let series = ["mark": .string("line"), "label": .string(""), "x": .tensor(try Tensor([1.0], shape: [1])), "y": .tensor(try Tensor([1.0, 2], shape: [2])), "classes": .none] as Record
    for (name, value, why) in [
      ("xscale", .string("cubic"), "no scale"), ("series", .list([.record(series)]), "1 places for 2 values"), ("panels", .list([.number(1)]), "a panel cannot be"),
      ("surface", .record(["values": .tensor(try Tensor([1.0], shape: [1])), "low": .number(1), "high": .number(0)]), "a heat map"), ("left_out", .list([]), "0 numbers"),
    ] as [(String, Value, String)] {
      var parts = good
      parts[name] = value
      #expect(try #require(throws: FreezingFailure.self) { try Plot(frozenParts: parts) }.description.contains(why))
    }
    #expect(throws: PictureError.self) { try Animation(frozenParts: ["frames": .list([]), "fps": .number(2)]) }
    #expect(throws: FreezingFailure.self) { try Animation(frozenParts: ["frames": .list([]), "fps": .number(0)]) }
  }

  @Test func functionsComeBack() throws {
    let (_, after, _) = try thawed([
      "k = 3", "## Multiplies.\nfn times(x, n = 2) = x * n * k", "fn adder(a) {\n  fn add(b) = a + b\n  add\n}", "plus = adder(10)",
      "fact = n -> if n < 2 { 1 } else { n * fact(n - 1) }", "fn count() {\n  fn down(n) = if n == 0 { 0 } else { down(n - 1) }\n  down\n}", "down = count()",
    ])
    #expect(after.take("[times(2), times(2, n = 5), plus(5), fact(5), down(4)]").contains("[12, 30, 15, 120, 0]"))
    #expect(after.take("help(times)").contains("Multiplies."))
  }

  @Test func modelsAndRandomNumbersGoOn() throws {
    let (before, after, _) = try thawed([
      "m = imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2}, seed = 3)",
      "p = grid(zeros([2, 4, 4, 1]))", "t = train_state(m, lr = 0.01)", "t = train_step(t, ones([2, 4, 4, 1]), [0, 1])", "rand()",
    ])
    for session in [before, after] {
      session.take("r = rand()", "s = sum(sample(m, 2, seed = 1))", "q = p.width", "l = train_step(t, ones([2, 4, 4, 1]), [0, 1]).loss")
    }
    for name in ["r", "s", "q", "l"] {
      let value = try #require(after.value(name))
      #expect(before.value(name) == value)
    }
    #expect(after.notebook.number == before.notebook.number)
  }

  @Test func cellsResultsAndStalenessGoOn() throws {
    let (_, after, _) = try thawed(["x = 1", "y = x + 1", "y", "nosuch", "x = 5"])
    #expect(after.value("_3") == "2")
    #expect(after.notebook.staleCells.map(\.cell.number) == [2, 3])
    #expect(after.take(":undo").contains("cannot be undone"))
  }

  @Test func whatCannotBeFrozenIsNamed() throws {
    let (_, after, message) = try thawed(["g = grad(x -> x^2)", "z = enumerate([1])", "x = 1"])
    #expect(message.contains("left out: `g`") && message.contains("left out: `z`"))
    #expect(after.value("x") == "1" && after.value("g") == nil)
  }

  @Test func valuesThatAreTooDeepAreLeftOut() throws {
    let (_, after, message) = try thawed(["x = []", "for i in 0..500 { x = [x] }", "y = 2"])
    #expect(message.contains("nested more than 200 deep"))
    #expect(after.value("y") == "2")
  }

  @Test func otherFilesAreRefused() throws {
    let folder = try ScratchFolder()
    let session = TestSession()
    func read(_ name: String) throws { try FrozenSession.read(folder.file(name), into: session.notebook) }
    #expect(throws: FormatError.self) { try read("missing.imfs") }
    try Data("no session".utf8).write(to: URL(fileURLWithPath: folder.file("text.imfs")))
    #expect(throws: FormatError.self) { try read("text.imfs") }
    session.take("save(\"\(folder.file("t.safetensors"))\", {a: ones([2])})")
    #expect(try #require(throws: Diagnostic.self) { try read("t.safetensors") }.message.contains("no frozen session"))
    session.take("x = 1", ":freeze \(folder.file("s.imfs"))")
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.file("s.imfs")))
    try whole.prefix(whole.count - 20).write(to: URL(fileURLWithPath: folder.file("cut.imfs")))
    #expect(throws: FormatError.self) { try read("cut.imfs") }
    let damaged = String(decoding: whole, as: UTF8.self).replacing("\\\"number\\\"", with: "\\\"numbre\\\"")
    try Data(damaged.utf8).write(to: URL(fileURLWithPath: folder.file("damaged.imfs")))
    #expect(try #require(throws: Diagnostic.self) { try read("damaged.imfs") }.message.contains("damaged"))
    #expect(session.value("x") == "1")
  }
}
