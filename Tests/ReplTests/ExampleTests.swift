// The examples in reduced size and the program's own rows, through the same interpreter as the program's.

import Foundation
import Lang
import Testing

@testable import Repl

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// An interpreter with the program's libraries, and what it prints.
private final class Session {
  private(set) var printed = ""
  private(set) var interpreter: Interpreter!

  init(_ parameters: [String: String] = [:]) {
    interpreter = Interpreter(
      libraries: Library.program, session: Lang.Session(parameters: parameters)
    ) { [unowned self] in printed += $0 }
    interpreter.stackSize = 400 << 10
  }

  func run(_ text: String, name: String = "test", path: String? = nil) throws -> Value {
    try interpreter.run(Source(name: name, text: text, path: path)).value
  }
}

@Suite(.serialized) struct ExampleTests {
  @Test(arguments: [
    ("examples/hello.imf", [:], "cannot multiply"), ("examples/toy2d.imf", ["steps": "20", "size": "64"], "mean radius"),
    ("examples/digits.imf", ["steps": "5"], "class accuracy 0."),
    ("examples/fashion.imf", ["steps": "3", "samples_per_class": "10", "classifier_steps": "5"], "frechet samples"),
    ("examples/golden.imf", [:], "golden numbers agree"),
    (
      "examples/train_b2.imf",
      [
        "file": "{root}/examples/configs/train_b2.yml", "data": "{synthetic: true, image_size: 8}", "training": "{steps: 2, batch_size: 2}",
        "model": "{sizes: {hidden_size: 48, depth: 4, num_heads: 4, aux_head_depth: 2, num_classes: 10}}",
      ], "2 steps in"
    ),
    ("examples/train_digits.imf", ["steps": "4", "judge_steps": "0"], "step 4"), ("examples/train_colour.imf", ["steps": "2", "batch": "8", "width": "32"], "step 2"),
    ("examples/eval.imf", ["n": "64", "demo_steps": "3"], "best at omega"),
  ]) func exampleRuns(_ file: String, _ parameters: [String: String], _ expected: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("imf-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var parameters = parameters
    parameters = parameters.mapValues { $0.replacing("{root}", with: root.path) }
    parameters["out"] = folder
    parameters["root"] = root.path
    let session = Session(parameters)
    let path = root.appendingPathComponent(file).path
    do {
      _ = try session.run(String(contentsOfFile: path, encoding: .utf8), name: file, path: path)
    } catch let error as Diagnostic {
      Issue.record("\(error.rendered())")
    }
    #expect(session.printed.contains(expected), "\(session.printed.suffix(400))")
  }

  /// A run, begun by one example, gone on with by another.
  @Test func aRunIsFineTuned() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("imf-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func run(_ file: String, _ parameters: [String: String]) throws -> String {
      let session = Session(parameters), path = root.appendingPathComponent(file).path
      _ = try session.run(String(contentsOfFile: path, encoding: .utf8), name: file, path: path)
      return session.printed
    }
    _ = try run("examples/train_digits.imf", ["steps": "3", "judge_steps": "0", "out": folder + "/a"])
    // Started again it goes on, here by nothing.
    #expect(try run("examples/train_digits.imf", ["steps": "3", "judge_steps": "0", "out": folder + "/a"]).contains("step 3"))
    #expect(try run("examples/finetune.imf", ["from": folder + "/a", "steps": "2", "classes": "12", "out": folder + "/b"]).contains("step 2"))
    #expect(throws: Diagnostic.self) { try run("examples/finetune.imf", ["from": folder + "/nowhere", "out": folder + "/c"]) }
  }

  @Test(arguments: Library.program.flatMap(\.rows).map(\.name)) func aRowIsTrue(_ name: String) throws {
    let row = try #require(Library.program.flatMap(\.rows).first { $0.name == name })
    let problems = row.discrepancies(libraries: Library.program, stackSize: 400 << 10)
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
  }

  @Test func rowsAreWhole() {
    let all = Interpreter(libraries: Library.program) { _ in }.builtins
    let names = all.map(\.name)
    #expect(Set(names).count == names.count)
    for row in all {
      #expect(row.see.allSatisfy { names.contains($0) && $0 != row.name }, "\(row.name): \(row.see)")
    }
    for row in Library.program.flatMap(\.rows) {
      #expect(!row.summary.isEmpty && !row.summary.hasSuffix(".") && row.summary.count <= 120, "\(row.name): \(row.summary)")
      #expect(!row.fails.isEmpty, "\(row.name) cannot fail?")
    }
  }

  private static let tiny =
    "m = imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2})\n"

  @Test(arguments: [
    ("imf({depht: 2})", "argument", "depth"), ("imf(\"S/2\")", "value", "B/2"), ("imf({patch_size: 3})", "argument", "patch_size"),
    ("imf(\"B/2\", params = {x: ones([2])})", "value", "missing"), ("sample(m, labels = [7])", "value", "out of range"),
    ("sample(m, labels = [0], steps = 0)", "value", "steps"), ("sample(3)", "type", "a model"), ("train_step(train_state(m), zeros([2, 4, 4, 1]), [0, 5])", "value", "label 5"),
    ("train_state(m, learning_rate = 1)", "argument", "no setting"), ("train_state(m, b1 = 2)", "argument", "b1"), ("imf_loss(m, zeros([2, 4, 4, 1]), [0, 1], draws = {noise: 1})", "argument", "no draw"),
    ("imf_loss(m, zeros([2, 4, 4, 1]), [0, 1], draws = {e: 1})", "shape", "expected shape"), ("imf_loss(m, zeros([2, 3, 3, 1]), [0, 1])", "shape", "images"),
    ("m.parameters", "name", "params"), ("load(\"nothing.npz\")", "io", "no such file"), ("save(\"/tmp/x.xyz\", 1)", "value", ".npz"), ("save(\"/dev/null/x.json\", 1)", "io", "not a folder"),
    ("resume(\"/\")", "io", "folder"), ("batches(zeros([4, 2]), size = 9)", "argument", "size"), ("grid(zeros([2, 3]) + [[1, 2, 3, 4]])", "shape", "add"), ("show(grid(zeros([2, 2, 2, 2, 2])))", "shape", "no image"),
    ("frechet_distance([0, 0], eye(2), [1], eye(2))", "shape", "mu2"), ("with_params(m, {})", "value", "missing"), ("m(zeros([1, 4, 4, 1]), 1, y = [3])", "value", "label 3"), ("scatter([1, 2])", "shape", "[n, 2]"),
  ]) func mistakesAreExplained(_ code: String, _ kind: String, _ text: String) throws {
    let session = Session()
    _ = try session.run(Self.tiny)
    do {
      _ = try session.run(code)
      Issue.record("\(code) did not fail")
    } catch let error as Diagnostic {
      #expect(error.kind.rawValue == kind, "\(error.rendered())")
      #expect(error.rendered().contains(text), "\(error.rendered())")
    }
    #expect(try session.run("1 + 1").quoted == "2")
  }

  @Test func aStateSavedByTheLanguageGoesOn() throws {
    let path = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let session = Session()
    let code = Self.tiny + """
      x = normal(key(0), [8, 4, 4, 1]); y = [0, 1, 0, 1, 0, 1, 0, 1]
      a = train(train_state(m, lr = 1e-3), x, y, steps = 4, size = 4)
      b = train(train_state(m, lr = 1e-3), x, y, steps = 2, size = 4)
      save("\(path)", b)
      b = train(resume("\(path)"), x, y, steps = 2, size = 4)
      same(a.params, b.params) and same(a.ema_params, b.ema_params) and a.step == 4
      """
    #expect(try session.run(code).quoted == "true")
  }

  /// `s = train_step(s, ...)` overwrites the state that nobody else holds, and only that.
  @Test func aStateHandedOverChangesNoOther() throws {
    let session = Session()
    let code = Self.tiny + """
      x = normal(key(0), [8, 4, 4, 1]); y = [0, 1, 0, 1, 0, 1, 0, 1]
      a = train_step(train_state(m, lr = 1e-3), x, y)
      b = a; before = map_tree(p -> p + 0, eval(a.params))
      eval(before)
      for i in 0..3 { a = train_step(a, x, y) }
      c = train_step(train_step(train_step(b, x, y), x, y), x, y)
      r = try { b = train_step(b, x, [7]); 0 } catch { 1 }
      [same(before, b.params), same(a.params, c.params), a.step, b.step, r]
      """
    #expect(try session.run(code).quoted == "[true, true, 4, 1, 1]")
  }

  @Test func aFailedStepLeavesTheState() throws {
    let session = Session()
    _ = try session.run(Self.tiny + "s = train_step(train_state(m), zeros([2, 4, 4, 1]), [0, 1])")
    session.interpreter.keepsNamesOnError = true
    #expect(throws: Diagnostic.self) { try session.run("s = train_step(s, zeros([2, 4, 4, 1]), [0, 9])") }
    #expect(throws: Diagnostic.self) { try session.run("s = train(s, zeros([2, 4, 4, 1]), [0, 1], steps = -1)") }
    #expect(try session.run("s.step").quoted == "1")
  }
}

@Suite struct ReferenceTests {
  private let page = Interpreter(libraries: Library.program) { _ in }.reference + "\n"

  @Test func theReferencePageIsWhatTheRowsSay() throws {
    let committed = try String(contentsOf: root.appendingPathComponent("docs/reference.md"), encoding: .utf8)
    #expect(
      committed == page,
      "rows have changed; write the page anew: imf-repl -e 'write_text(\"docs/reference.md\", reference() + \"\\n\")'")
  }

  /// Viewers number headings that come twice, and links would go to the wrong one.
  @Test func itsLinksLead() {
    let headings = page.split(separator: "\n").filter { $0.hasPrefix("#") }.map { heading in
      heading.drop { $0 == "#" || $0 == " " }.lowercased().replacing(" ", with: "-")
    }
    #expect(Set(headings).count == headings.count)
    let links = page.split(separator: "](#").dropFirst().compactMap { $0.split(separator: ")").first.map(String.init) }
    #expect(links.count > 180 && links.allSatisfy(headings.contains))
  }
}
