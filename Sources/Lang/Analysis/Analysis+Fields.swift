// What stands behind a dot, where it shows without running: fields of records that are written out, names of imported
// files, attributes of tensors, errors and functions.

extension Analysis {
  /// A definition in one name after the other: `r = s`, `s = lib.t`. Longer chains, and circles, are given up.
  private static let aliasLimit = 8

  /// What a path of names means: `lib.network`, `r.beta.gamma`.
  func meaning(of path: [String], at offset: Int) -> Meaning? { meaning(of: path, at: offset, depth: 0) }

  private func meaning(of path: [String], at offset: Int, depth: Int) -> Meaning? {
    guard depth < Self.aliasLimit, let first = path.first, var meaning = free(first, at: offset) else { return nil }
    for name in path.dropFirst() {
      guard let field = fields(of: meaning, depth: depth + 1).first(where: { $0.name == name }) else { return nil }
      meaning = field.meaning
    }
    return meaning
  }

  /// The fields of what a path of names means; nil where nothing is known about it.
  func fields(of path: [String], at offset: Int) -> [(name: String, meaning: Meaning)]? {
    meaning(of: path, at: offset).map { fields(of: $0, depth: 0) }
  }

  private func fields(of meaning: Meaning, depth: Int) -> [(name: String, meaning: Meaning)] {
    func attributes(_ names: [String], _ owner: String) -> [(name: String, meaning: Meaning)] {
      names.map { ($0, .attribute($0, of: owner)) }
    }
    switch meaning {
    case .builtin: return attributes(Fields.functionFields, "function")
    case .constant, .attribute, .file: return []
    case .definition(let definition):
      if definition.signature != nil { return attributes(Fields.functionFields, "function") }
      if definition.isTensor { return attributes(Fields.tensorAttributes, "tensor") }
      if definition.kind == .error { return attributes(Fields.errorFields, "error") }
      guard let owner = definition.source === source ? self : definition.source.path.flatMap({ file($0) }) else { return [] }
      if definition.kind == .module {
        return owner.imported(definition)?.outline.exports.map { ($0.name, .definition($0)) } ?? []
      }
      return definition.value.map { owner.fields(ofValueAt: $0, depth: depth) } ?? []
    }
  }

  /// Of a value that is wholly a record or a path of names.
  private func fields(ofValueAt index: Int, depth: Int) -> [(name: String, meaning: Meaning)] {
    let tokens = outline.tokens
    if tokens[index].kind == .symbol(.openBrace) {
      guard let end = outline.brackets.ends[index], isEnd(end + 1) else { return [] }
      return entries(ofRecordAt: index).map { ($0.name, .definition($0)) }
    }
    var last = index
    while last + 2 < tokens.count, tokens[last + 1].kind == .symbol(.dot), tokens[last + 2].word != nil { last += 2 }
    guard isEnd(last + 1), let path = tokens.path(endingAt: last),
      let meaning = meaning(of: path, at: tokens[index].range.lowerBound, depth: depth + 1)
    else { return [] }
    return fields(of: meaning, depth: depth + 1)
  }

  /// Whether a value ends before a token.
  private func isEnd(_ index: Int) -> Bool {
    guard index < outline.tokens.count else { return true }
    switch outline.tokens[index].kind {
    case .newline, .end: return true
    case .symbol(let symbol): return [.semicolon, .comma, .close, .closeBrace, .closeBracket].contains(symbol)
    default: return false
    }
  }

  /// The fields of a record as written; those of spreads and computed names are not known.
  func entries(ofRecordAt opening: Int) -> [Definition] {
    let tokens = outline.tokens
    guard let end = outline.brackets.ends[opening] else { return [] }
    var found: [Definition] = []
    var isNameExpected = true
    var index = opening + 1
    while index < end {
      switch tokens[index].kind {
      case .symbol(.comma): isNameExpected = true
      case .newline: break
      case .name(let name) where isNameExpected, .string(let name) where isNameExpected:
        isNameExpected = false
        var field = Definition(name, .field, source, at: tokens[index].range)
        field.value = tokens[index + 1].kind == .symbol(.colon) ? index + 2 : index
        found.append(field)
      default:
        isNameExpected = false
        index = max(outline.brackets.ends[index] ?? index, index)
      }
      index += 1
    }
    return found
  }
}
