// What a text binds, and where each name is seen. Made from tokens and not from the tree, so that it is right about the
// rest of a text while one line of it is being written. Filled by OutlineReader.

struct Outline {
  /// The names of the text's top level, or of one function.
  struct NameScope {
    let parent: Int?
    var range: Range<Int>
    /// Indices of definitions, in the order of the text.
    var definitions: [Int] = []
    /// The function whose scope it is, where it has a name.
    var owner: Int?
  }

  let source: Source
  let tokens: [Token]
  let brackets: Brackets
  /// For each token the innermost bracket around it, by index, and whether that is a record's.
  let enclosing: [Enclosure?]
  let definitions: [Definition]
  let scopes: [NameScope]
  let cells: [Definition]

  struct Enclosure {
    let opening: Int
    let kind: Kind

    enum Kind { case parenthesis, bracket, record, block }
  }

  init(_ source: Source) {
    let scan = TokenScan(source)
    let brackets = Brackets(scan.tokens, in: source)
    var reader = OutlineReader(source, scan.tokens, brackets)
    reader.read()
    self.source = source
    tokens = scan.tokens
    self.brackets = brackets
    enclosing = reader.enclosing
    definitions = reader.definitions
    scopes = reader.scopes
    cells = Self.cells(source, scan.comments)
  }

  // MARK: names

  /// The innermost scope around an offset.
  func scope(at offset: Int) -> Int {
    // Inner scopes begin later than the ones around them.
    scopes.lastIndex { $0.range.lowerBound <= offset && offset <= $0.range.upperBound } ?? 0
  }

  /// What a name means at an offset: its latest definition there before the offset, else its first.
  func definition(of name: String, at offset: Int) -> Definition? {
    var next: Int? = scope(at: offset)
    while let index = next {
      let found = scopes[index].definitions.lazy.map { definitions[$0] }.filter { $0.name == name }
      if let definition = found.last(where: { $0.nameRange.lowerBound <= offset }) ?? found.first { return definition }
      next = scopes[index].parent
    }
    return nil
  }

  /// The definitions seen at an offset, each name once: those of its own scope that stand before it, and all around it.
  func visible(at offset: Int) -> [Definition] {
    var found: [Definition] = []
    var names: Set<String> = []
    var next: Int? = scope(at: offset)
    var isInnermost = true
    while let index = next {
      for definition in scopes[index].definitions.lazy.map({ definitions[$0] })
      where !isInnermost || definition.kind == .function || definition.nameRange.upperBound < offset {
        if names.insert(definition.name).inserted { found.append(definition) }
      }
      isInnermost = false
      next = scopes[index].parent
    }
    return found
  }

  /// The top level's names, each once.
  var exports: [Definition] { visible(at: source.bytes.count) }

  /// The parameter of a written function.
  func parameter(_ name: String, of function: Definition) -> Definition? {
    let scope = scopes.first { $0.owner.map { definitions[$0].nameRange } == function.nameRange }
    return scope?.definitions.lazy.map { definitions[$0] }.first { $0.name == name && $0.kind == .parameter }
  }

  // MARK: tokens

  /// The token that an offset is in, or right behind.
  func token(at offset: Int) -> Int? {
    // The first token that ends at the offset or later; a word is meant rather than the bracket before it.
    var low = 0
    var high = tokens.count
    while low < high {
      let middle = (low + high) / 2
      if tokens[middle].range.upperBound < offset { low = middle + 1 } else { high = middle }
    }
    let near = tokens[low...].prefix { $0.range.lowerBound <= offset }
    return near.indices.first { tokens[$0].word != nil } ?? near.indices.first
  }

  private static func cells(_ source: Source, _ comments: [Range<Int>]) -> [Definition] {
    var cells: [Definition] = []
    for comment in comments {
      let text = source.excerpt(comment)
      let isAtLineStart = comment.lowerBound == 0 || source.bytes[comment.lowerBound - 1] == 0x0A
      guard isAtLineStart, text.hasPrefix("#%%") else { continue }
      cells.indices.last.map { cells[$0].range = cells[$0].range.lowerBound..<comment.lowerBound }
      let title = String(text.dropFirst(3).drop { $0 == " " })
      cells.append(
        Definition(
          title.isEmpty ? "cell \(cells.count + 1)" : title, .cell, source, at: comment,
          range: comment.lowerBound..<source.bytes.count))
    }
    return cells
  }
}

extension Token {
  /// The text of a name or keyword: behind a dot and before a colon, keywords are plain names.
  var word: String? {
    switch kind {
    case .name(let name): name
    case .keyword(let keyword): keyword.rawValue
    default: nil
    }
  }
}

extension [Token] {
  /// The names of a chain of dots that ends at an index: `lib.model.depth` at `depth` is all three. Nil where something
  /// else than a name stands before a dot.
  func path(endingAt index: Int) -> [String]? {
    guard indices.contains(index), let last = self[index].word else { return nil }
    var names = [last]
    var place = index
    while place >= 1, self[place - 1].kind == .symbol(.dot) {
      guard place >= 2, let name = self[place - 2].word else { return nil }
      names.append(name)
      place -= 2
    }
    if case .keyword = self[place].kind { return nil }
    return names.reversed()
  }
}
