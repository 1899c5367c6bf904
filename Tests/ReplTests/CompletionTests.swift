// What Tab offers, by where the cursor stands.

import Foundation
import Lang
import Testing

@testable import Repl

@Suite struct CompletionTests {
  private let interpreter = Interpreter(libraries: Library.program) { _ in }

  private func completion(_ text: String) -> CellCompletion {
    CellCompletion(of: text, in: interpreter, commands: [":help", ":quit"])
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
    #expect(completion(":qu").names == [":help", ":quit"] && completion(":qu").word == ":qu")
    #expect(completion("# sam").names.isEmpty)
    for (text, word) in [("f(x_1", "x_1"), ("1 + ", ""), ("βγ", "βγ"), ("a.b", "b")] { #expect(completion(text).word == word) }
    #expect(completion("1.").names.isEmpty || !completion("1.").offersAll)
    #expect(completion("sam").names.contains("sample") && !completion("").offersAll)
  }
}
