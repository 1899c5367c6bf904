// What Tab offers, by where the cursor stands.

import Foundation
import Lang
import Testing

@testable import Repl

@Suite struct CompletionTests {
  private let interpreter = Interpreter(libraries: Library.program) { _ in }

  private struct Offer {
    let word: String
    let names: [String]
    let offersAll: Bool
  }

  private let commands: [CellCompletion.Usage] = [
    (":help", "command", "the commands"), (":keep", "on|off", "names of a failed cell"), (":limit", "out|undo size", "memory"),
    (":quit", "", "leave"), (":run", "file.imf", "a script"), (":time", "code", "how long it takes"), (":edit", "number", "a cell"),
  ]

  private func completion(_ text: String) -> Offer {
    let place = CellCompletion.place(in: text, interpreter, commands: commands)
    return Offer(word: place.word, names: place.choices.map(\.text), offersAll: place.offersAll)
  }

  @Test func fieldsBehindADot() throws {
    _ = try interpreter.run(Source(name: "test", text: "r = {alpha: 1, beta: {gamma: 2}}; x = zeros([2])"))
    #expect(completion("r.").names == ["alpha", "beta"] && completion("r.").offersAll)
    let inner = completion("y = 3 + r.beta.ga")
    #expect(inner.word == "ga" && inner.names == ["gamma"])
    #expect(completion("x.sh").names.contains("shape") && !completion("x.sh").names.contains("show"))
    // Nothing is known of them, and no global fits behind a dot.
    #expect(completion("unknown.s").names.isEmpty && completion("f(1).s").names.allSatisfy { $0 != "sample" })
  }

  @Test func argumentsInACall() {
    #expect(completion("sample(m, om").names.contains("omega = "))
    #expect(completion("sample([1, om").names.contains("omega = ") == false)
    #expect(completion("sample(m) + om").names.contains("omega = ") == false)
    #expect(completion("sample(f(1), \"a(\", om").names.contains("omega = "))
  }

  @Test func filesInAString() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/sub", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["a file.npz", ".hidden"] { #expect(FileManager.default.createFile(atPath: folder + "/" + name, contents: nil)) }
    let found = completion("load(\"\(folder)/")
    #expect(found.word == "" && found.names.sorted() == ["a file.npz", "sub/"] && found.offersAll)
    #expect(completion("load(\"\(folder)/a fi").word == "a fi")
    #expect(completion("load(\"no such folder/x").names.isEmpty)
    // The string is closed again: names as everywhere.
    #expect(completion("load(\"\(folder)/\") + sa").names.contains("sample"))
  }

  @Test func wordsElsewhere() {
    #expect(completion(":qu").names == commands.map(\.name) && completion(":qu").word == ":qu")
    #expect(completion("# sam").names.isEmpty)
    for (text, word) in [("f(x_1", "x_1"), ("1 + ", ""), ("βγ", "βγ"), ("a.b", "b")] { #expect(completion(text).word == word) }
    #expect(completion("1.").names.isEmpty || !completion("1.").offersAll)
    #expect(completion("sam").names.contains("sample") && !completion("").offersAll)
  }

  @Test func argumentsOfCommands() {
    #expect(completion(":keep o").names == ["on", "off"] && completion(":keep ").offersAll)
    #expect(completion(":limit o").names == ["out", "undo"] && completion(":help :r").names == commands.map(\.name))
    #expect(completion(":time sam").names.contains("sample") && completion(":time sample(m, om").names.contains("omega = "))
    #expect(completion(":run Sour").names.contains("Sources/") || completion(":run /us").names.contains("usr/"))
    #expect(completion("!ls /us").names.contains("usr/"))
    #expect(completion("%qu").word == ":qu" && completion("%keep o").names == ["on", "off"])
    #expect(completion("?sam").names.contains("sample") && completion("??sam").word == "sam")
    for nothing in [":edit x", ":nothing x", ":quit s", ":"] { #expect(completion(nothing).names.allSatisfy { $0.hasPrefix(":") }) }
  }

  /// Words that an argument may be, from the rows that the errors come from.
  @Test func legalValues() throws {
    #expect(completion("pad(x, 1, mode = \"re").names.sorted() == ["constant\"", "edge\"", "reflect\"", "symmetric\"", "wrap\""])
    #expect(completion("zeros([2], dtype = '").names.contains("int32'") || completion("zeros([2], dtype = \"").names.contains("int32\""))
    #expect(completion("cast(x, \"").names.contains("bfloat16\"") && completion("x.cast(\"").names.contains("bfloat16\""))
    #expect(completion("x |> cast(\"fl").word == "fl" && completion("x |> cast(\"fl").names.contains("float32\""))
    #expect(completion("train_state(m, schedule = \"").names.contains("cosine\""))
    #expect(completion("train_state(m, sch").names.contains("schedule = ") && completion("imf_loss(m, x, y, P_").names.contains("P_mean = "))
    #expect(completion("imf(\"").names.contains("B/2\"") && completion("imf({pred").names.contains("prediction: "))
    #expect(completion("imf({depth: 2, prediction: \"").names.contains("x\""))
    // Not where the string is something else, or another function's.
    #expect(!completion("imf({depth: \"").names.contains("x\"") && !completion("f(schedule = \"").names.contains("cosine\""))
    #expect(!completion("print(\"").names.contains("int32\"") && !completion("pad(\"").names.contains("edge\""))
    #expect(!completion("imf({a: 1}, pred").names.contains("prediction: "))
  }

  /// Whatever a row offers, it takes; what it does not offer, it refuses and names the offer.
  @Test func optionsAreThoseOfTheErrors() throws {
    for (call, name, given) in [
      ("pad(ones([2]), 1, mode = \"?\")", "mode", "pad"), ("cast(ones([2]), \"?\")", "dtype", "cast"), ("precision(\"?\")", "name", "precision"),
      ("conv2d(ones([1, 4, 4, 1]), ones([3, 3, 1, 2]), padding = \"?\")", "padding", "conv2d"),
    ] {
      let words = try #require(interpreter.builtin(given)?.options[name])
      for word in words.reversed() { _ = try interpreter.run(Source(name: "test", text: call.replacing("?", with: word))) }
      let error = try #require(throws: Diagnostic.self) { try interpreter.run(Source(name: "test", text: call.replacing("?", with: "nothing"))) }
      #expect(error.message.hasSuffix(words.map { "\"\($0)\"" }.joined(separator: ", ")))
    }
  }
}
