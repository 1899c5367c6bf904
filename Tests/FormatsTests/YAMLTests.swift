// YAML: what PyYAML reads of the same files, where we differ on purpose, and texts that must be refused.

import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import Formats

private let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Samples/yaml")

private func names() -> [String] {
  let all = (try? FileManager.default.contentsOfDirectory(atPath: samples.path)) ?? []
  return all.filter { $0.hasSuffix(".yml") }.sorted()
}

private func parse(_ text: String) throws -> FileValue { try Array(text.utf8).withUnsafeBytes { try YAML.parse($0) } }

/// The value of the one field `a`, as JSON has it.
private func field(_ text: String) throws -> String {
  guard case .record(let fields) = try parse("a: " + text), let value = fields["a"] else { return "no field" }
  return try JSON.text(of: value)
}

/// Where and why a text is refused.
private func refusal(_ text: String) -> String {
  do { return "read: \(try JSON.text(of: parse(text)))" } catch { return (error as? Malformed)?.what ?? "\(error)" }
}

private func temporaryFile(_ ending: String, _ bytes: [UInt8]) throws -> String {
  let path = FileManager.default.temporaryDirectory.path + "/imf-yaml-\(UUID().uuidString)\(ending)"
  try Data(bytes).write(to: URL(fileURLWithPath: path))
  return path
}

@Suite struct YAMLTests {
  /// The JSON beside each is what PyYAML's safe_load makes of it.
  @Test(arguments: names()) func readsWhatPyYAMLReads(_ name: String) throws {
    let path = samples.path + "/" + name
    let expected = try Formats::load(path.replacingOccurrences(of: ".yml", with: ".json"))
    #expect(try JSON.text(of: Formats::load(path)) == JSON.text(of: expected))
  }

  @Test func thereAreSamples() { #expect(names().count >= 12) }

  @Test(arguments: [
    ("1e-4", "0.0001"), ("1e5", "100000"), ("1.0e4", "10000"), ("-.5", "-0.5"), ("+2E3", "2000"), ("1e999", "\"1e999\""),
    ("2001-01-01", "\"2001-01-01\""),
    ("'1e-4'", "\"1e-4\""), ("0x", "\"0x\""), ("1e5:30", "\"1e5:30\""),
  ])
  func numbersThatPyYAMLReadsOtherwise(_ text: String, _ expected: String) throws { #expect(try field(text) == expected) }

  @Test func numbersWithoutJSON() throws {
    func number(_ text: String) throws -> Double? { if case .number(let number) = try parse(text) { number } else { nil } }
    #expect(try number(".inf") == .infinity)
    #expect(try number("-.INF") == -.infinity)
    #expect(try number(".NaN")?.isNaN == true)
    #expect(try number("-.nan") == nil)
  }

  @Test func namesAndFirstLinesTell() throws {
    let settings = Array("name: x\n".utf8)
    for (ending, bytes) in [(".yml", settings), (".YAML", settings), (".txt", Array("---\nname: x\n".utf8))] {
      let path = try temporaryFile(ending, bytes)
      defer { unlink(path) }
      guard case .record(let fields) = try Formats::load(path), case .string("x") = fields["name"] else {
        Issue.record("\(ending) was not read")
        continue
      }
    }
    // An array is an array, whatever the file is called.
    let array = try Data(contentsOf: samples.deletingLastPathComponent().appendingPathComponent("npz/v1.npy"))
    let path = try temporaryFile(".yml", Array(array))
    defer { unlink(path) }
    guard case .tensor = try Formats::load(path) else {
      Issue.record("an npy file was read as YAML")
      return
    }
  }

  @Test func textWithoutTheEndingIsNoYAML() throws {
    let path = try temporaryFile(".txt", Array("x: 1\n".utf8))
    defer { unlink(path) }
    #expect(throws: FormatError.self) { try Formats::load(path) }
  }

  @Test func errorsNameTheFile() throws {
    let path = try temporaryFile(".yml", Array("a: [1\nb: 2\n".utf8))
    defer { unlink(path) }
    let error = #expect(throws: FormatError.self) { try Formats::load(path) }
    #expect(error?.reason == .format)
    #expect(error?.message.hasPrefix("\(path): yaml: line 2, column 2: ") == true)
  }

  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\n", "line 3, column 1: the key \"a\" stands twice"),
    ("a: 1\n---\nb: 2\n", "line 2, column 1: a second document begins"),
    ("a:\n\t b: 1\n", "line 2, column 1: a tab stands where blanks are expected"),
    ("a: !!python/object:os.system x", "line 1, column 4: the tag !!python/object:os.system asks for an object"),
    ("a: !mine [1]", "line 1, column 4: the tag !mine asks for an object"),
    ("a: !!set {x}", "line 1, column 4: the tag !!set asks for an object"),
    ("a: !!int x", "line 1, column 4: \"x\" is no !!int"),
    ("a: !!int 1.5", "line 1, column 4: \"1.5\" is no !!int"),
    ("a: !!bool 1", "line 1, column 4: \"1\" is no !!bool"),
    ("? [1]\n: 2\n", "line 1, column 3: a key is a text; here a sequence or mapping stands as one"),
    ("a: *b\n", "line 1, column 4: no anchor &b stands before *b"),
    ("a: &b [*b]\n", "line 1, column 8: *b stands inside &b: the value would hold itself"),
    ("a: &b 1\nc: &b 2\n", "line 2, column 4: the anchor &b stands twice"),
    ("<<: 1\n", "line 1, column 5: << takes a mapping, or a sequence of mappings"),
    ("<<: [{a: 1}, 2]\n", "line 1, column 5: << takes a mapping, or a sequence of mappings"),
    ("<<: {a: 1}\n<<: {b: 1}\n", "line 2, column 1: the key \"<<\" stands twice"),
    ("a: b: c\n", "line 1, column 5: mapping values are not allowed in this context"),
    ("a: \"open\n", "line 2, column 1: found unexpected end of stream, while scanning a quoted scalar that begins in line 1"),
    ("a: \u{1}\n", "line 1, column 4: control characters are not allowed"),
  ])
  func refusesWithThePlace(_ text: String, _ expected: String) { #expect(refusal(text) == expected) }

  @Test func bytesThatAreNoTextAreRefused() {
    let bytes: [UInt8] = Array("a: 1\nb: ".utf8) + [0xFF, 0x0A]
    let error = #expect(throws: Malformed.self) { try bytes.withUnsafeBytes { try YAML.parse($0) } }
    #expect(error?.what == "line 2, column 4: invalid leading UTF-8 octet")
  }

  @Test func depthIsBounded() throws {
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    _ = try parse(nested(64))
    #expect(refusal(nested(100)) == "line 1, column 65: values are nested deeper than 64 levels")
    #expect(refusal(String(repeating: "- ", count: 100_000)).hasSuffix("values are nested deeper than 64 levels"))
    // Aliases carry the depth of what they stand for.
    let alias = String(repeating: "[", count: 30) + "*a" + String(repeating: "]", count: 30)
    #expect(refusal("- &a \(nested(40))\n- \(alias)").hasSuffix("deeper than 64 levels"))
  }

  @Test func aliasesAreBounded() {
    var text = "a0: &a0 lol\n"
    for level in 1...9 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(refusal(text).hasSuffix("aliases repeat more than 1000000 values"))
    // Long texts count too.
    let long = "- &a " + String(repeating: "x", count: 50_000) + "\n" + String(repeating: "- *a\n", count: 30)
    #expect(refusal(long).hasSuffix("aliases repeat more than 1000000 values"))
  }

  @Test func emptyTextsAreNone() throws {
    for text in ["", "\n", "# a comment\n", "---\n", "--- ~\n"] {
      guard case .none = try parse(text) else {
        Issue.record("\(text) is a value")
        continue
      }
    }
  }
}
