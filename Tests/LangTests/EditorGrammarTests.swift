// The grammars under editors/ know exactly the language's words: those of Keyword and Symbol.

import Foundation
import Testing

@testable import Lang

private let editors = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("editors")

private func json(_ path: String) throws -> Any {
  try JSONSerialization.jsonObject(with: Data(contentsOf: editors.appendingPathComponent(path)))
}

/// All values of a key, however deep.
private func values(of key: String, in object: Any) -> [String] {
  switch object {
  case let fields as [String: Any]:
    fields.flatMap { $0.key == key ? ($0.value as? String).map { [$0] } ?? [] : values(of: key, in: $0.value) }
  case let items as [Any]: items.flatMap { values(of: key, in: $0) }
  default: []
  }
}

/// The texts that an alternation of escaped texts matches.
private func alternatives(_ pattern: String, separator: String) -> Set<String> {
  Set(
    pattern.replacing("\\\(separator)", with: "\u{1}").components(separatedBy: separator)
      .map { $0.replacing("\u{1}", with: separator).replacing("\\", with: "") })
}

private let keywords = Set(Keyword.allCases.map(\.rawValue))
private let symbols = Set(Symbol.allCases.map(\.rawValue))
/// Symbols that stand in pairs; the grammars have them apart.
private let brackets: Set<String> = ["(", ")", "[", "]", "{", "}"]

@Suite struct EditorGrammarTests {
  private func repository() throws -> [String: Any] {
    let grammar = try #require(json("vscode/syntaxes/imf.tmLanguage.json") as? [String: Any])
    return try #require(grammar["repository"] as? [String: Any])
  }

  @Test func textMateKnowsTheKeywords() throws {
    let repository = try repository()
    let rules = try [#require(repository["keywords"]), #require(repository["constants"])]
    let words = values(of: "match", in: rules).flatMap { pattern in
      pattern.replacing("\\b(?:", with: "").replacing(")\\b", with: "").split(separator: "|").map(String.init)
    }
    #expect(Set(words) == keywords)
    #expect(words.count == keywords.count)
  }

  @Test func textMateKnowsTheSymbols() throws {
    let repository = try repository()
    let rules = try [#require(repository["operators"]), #require(repository["punctuation"])]
    let known = values(of: "match", in: rules).reduce(into: Set<String>()) { $0.formUnion(alternatives($1, separator: "|")) }
    #expect(known == symbols.subtracting(brackets))
  }

  @Test func textMatePatternsCompileAndTheirNamesExist() throws {
    let grammar = try json("vscode/syntaxes/imf.tmLanguage.json")
    let patterns = ["match", "begin", "end"].flatMap { values(of: $0, in: grammar) }
    #expect(patterns.count > 40)
    for pattern in patterns { #expect(throws: Never.self) { try NSRegularExpression(pattern: pattern) } }
    let rules = try repository()
    for name in values(of: "include", in: grammar) { #expect(rules[String(name.dropFirst())] != nil, "\(name)") }
  }

  @Test func theFolderForVisualStudioCodeIsWhole() throws {
    let package = try json("vscode/package.json")
    let paths = values(of: "path", in: package) + values(of: "configuration", in: package)
    #expect(paths.count == 2)
    for path in paths { #expect(throws: Never.self) { try json("vscode/" + path.dropFirst(2)) } }
    #expect(values(of: "scopeName", in: package) == values(of: "scopeName", in: try json("vscode/syntaxes/imf.tmLanguage.json")))
  }

  @Test func vimKnowsTheWords() throws {
    let lines = try String(contentsOf: editors.appendingPathComponent("vim/syntax/imf.vim"), encoding: .utf8).split(separator: "\n")
    let words = lines.filter { $0.hasPrefix("syntax keyword") && !$0.hasSuffix("contained") }.flatMap { line in
      line.split(separator: " ").dropFirst(3).filter { !$0.contains("=") && $0 != "skipwhite" }.map(String.init)
    }
    #expect(Set(words) == keywords)
    #expect(words.count == keywords.count)
    let known = ["imfOperator", "imfDelimiter"].compactMap { group -> Set<String>? in
      guard let line = lines.first(where: { $0.hasPrefix("syntax match \(group) /") }) else { return nil }
      return alternatives(String(line.drop { $0 != "/" }.dropFirst().dropLast()), separator: "\\|")
    }
    #expect(known.count == 2)
    #expect(known.reduce(into: Set<String>()) { $0.formUnion($1) } == symbols)
  }
}
