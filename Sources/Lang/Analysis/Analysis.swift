// What is known of a text without running it: for editors, and for Tab at the prompt. Reading order: TokenScan, Brackets,
// OutlineReader, Outline, this file (what a name means), then Analysis+Fields, Analysis+Calls, Analysis+Completion.

import Foundation

/// One text, looked at from an interpreter that knows the builtins, and at the prompt the session's values.
public final class Analysis {
  public let source: Source
  let outline: Outline
  let interpreter: Interpreter
  /// The analysis of another file, by its path; nil where it cannot be read.
  let file: (String) -> Analysis?

  /// - Parameter file: how imported files are found, which may be open in the editor.
  public init(_ source: Source, _ interpreter: Interpreter, file: @escaping (String) -> Analysis? = { _ in nil }) {
    self.source = source
    self.interpreter = interpreter
    self.file = file
    outline = Outline(source)
  }

  /// Functions, settings, modules and cells, in the order of the text: what an editor lists.
  public var landmarks: [Definition] {
    let listed = outline.definitions.filter { [.function, .setting, .module].contains($0.kind) }
    // What is around another comes before it.
    return (listed + outline.cells).sorted {
      ($0.range.lowerBound, $1.range.upperBound) < ($1.range.lowerBound, $0.range.upperBound)
    }
  }

  // MARK: meanings

  /// What the name at an offset means, and where it stands.
  public func meaning(at offset: Int) -> (meaning: Meaning, range: Range<Int>)? {
    guard let index = outline.token(at: offset) else { return nil }
    let token = outline.tokens[index]
    if case .string = token.kind {
      let module = outline.definitions.first { $0.kind == .module && $0.range.contains(token.range.lowerBound) }
      return module.flatMap { imported($0) }.map { (.file($0.source), token.range) }
    }
    guard token.word != nil else { return nil }
    return (argument(index) ?? field(index) ?? name(index)).map { ($0, token.range) }
  }

  /// A plain name.
  private func name(_ index: Int) -> Meaning? {
    let token = outline.tokens[index]
    guard case .name(let name) = token.kind else { return nil }
    if index > 0, outline.tokens[index - 1].kind == .symbol(.dot) {
      // `x.f(a)` is `f(x, a)`.
      let isCall = index + 1 < outline.tokens.count && outline.tokens[index + 1].kind == .symbol(.open)
      return isCall ? free(name, at: token.range.lowerBound) : nil
    }
    return free(name, at: token.range.lowerBound)
  }

  /// The name behind a dot, where what stands before the dot is known; the name before a record's colon.
  private func field(_ index: Int) -> Meaning? {
    let token = outline.tokens[index]
    if index > 0, outline.tokens[index - 1].kind == .symbol(.dot) {
      return outline.tokens.path(endingAt: index).flatMap { meaning(of: $0, at: token.range.lowerBound) }
    }
    guard let enclosure = outline.enclosing[index], enclosure.kind == .record else { return nil }
    guard index + 1 < outline.tokens.count, outline.tokens[index + 1].kind == .symbol(.colon) else { return nil }
    return entries(ofRecordAt: enclosure.opening).first { $0.nameRange == token.range }.map { .definition($0) }
  }

  /// `omega` in `sample(m, omega = 2)`: the parameter of a written function, else the function.
  private func argument(_ index: Int) -> Meaning? {
    guard case .name(let name) = outline.tokens[index].kind, index + 1 < outline.tokens.count,
      outline.tokens[index + 1].kind == .symbol(.assign),
      let enclosure = outline.enclosing[index], enclosure.kind == .parenthesis,
      let path = outline.tokens.path(endingAt: enclosure.opening - 1),
      let callee = callee(path, at: outline.tokens[enclosure.opening].range.lowerBound),
      callee.signature?.names.contains(name) == true
    else { return nil }
    guard let function = callee.definition else { return callee }
    let owner = function.source === source ? self : function.source.path.flatMap { file($0) }
    return owner?.outline.parameter(name, of: function).map { .definition($0) } ?? callee
  }

  /// A name that stands alone, as the program will find it.
  func free(_ name: String, at offset: Int) -> Meaning? {
    if let definition = outline.definition(of: name, at: offset) { return .definition(definition) }
    if let row = interpreter.builtin(name) { return .builtin(row) }
    return Interpreter.constants[name].map { .constant(name, $0) }
  }

  // MARK: imports

  /// Where the file lies that a module is; nil for what is no module.
  public func path(of module: Definition) -> String? {
    module.path.flatMap { try? SourceFile($0, beside: source, folder: interpreter.session.folder).path }
  }

  func imported(_ module: Definition) -> Analysis? { path(of: module).flatMap { file($0) } }
}
