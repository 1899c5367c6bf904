// Where a cursor stands: inside a comment or a string, behind a dot, inside a call. Looks at the text before it alone.

struct CursorContext {
  /// The tokens before the cursor, those of an f-string's open expression too.
  let tokens: [Token]
  let isComment: Bool
  /// The contents so far of the string that the cursor is in.
  let openString: Range<Int>?
  /// The word before the cursor, without a width where there is none.
  let word: Range<Int>
  /// The names before the last dot, where one stands before the word; nil inside where they are no names.
  let receiver: Receiver?
  let call: OpenCall?
  /// The call in whose argument the cursor is, where that is a record being written: `imf({depth: |`.
  let recordCall: OpenCall?
  /// `depth` in `{depth: |`, behind the last comma of the record.
  let recordField: String?

  enum Receiver { case path([String]), unknown }

  /// A call whose parenthesis is open before the cursor.
  struct OpenCall {
    /// `lib.f`; a method's receiver, too.
    let callee: [String]
    /// Commas before the cursor.
    let index: Int
    /// `omega` in `f(x, omega = |`.
    let name: String?
    /// Whether a value comes before the arguments written: `x |> f(|`.
    let isPiped: Bool
    /// Whether the callee may be a method of what stands before its last dot.
    let isMethod: Bool
  }

  init(_ source: Source, at offset: Int) {
    var scan = TokenScan(source, in: 0..<offset)
    var tokens = Array(scan.tokens.dropLast())
    isComment = scan.comments.last.map { $0.upperBound == offset && $0.lowerBound < offset } ?? false
    while let open = scan.openString, open.isInterpolated,
      let brace = Self.openBrace(source.bytes, in: open.contents..<offset)
    {
      scan = TokenScan(source, in: brace + 1..<offset)
      tokens.append(Token(kind: .symbol(.open), range: brace..<brace + 1))
      tokens += scan.tokens.dropLast()
    }
    openString = scan.openString.map { $0.contents..<offset }
    self.tokens = tokens
    let brackets = Brackets(tokens + [Token(kind: .end, range: source.bytes.count..<source.bytes.count)], in: source)
    call = brackets.open.last.flatMap { Self.call(tokens, brackets, open: $0) }
    let isRecord = brackets.open.count > 1 && tokens[brackets.open[brackets.open.count - 1]].kind == .symbol(.openBrace)
    recordCall = isRecord ? Self.call(tokens, brackets, open: brackets.open[brackets.open.count - 2]) : nil
    recordField = isRecord ? Self.field(tokens, brackets) : nil

    let hasWord = openString == nil && tokens.last.map { $0.word != nil && $0.range.upperBound == offset } ?? false
    word = hasWord ? tokens[tokens.count - 1].range : offset..<offset
    let beforeWord = tokens.count - (hasWord ? 2 : 1)
    guard beforeWord >= 0, openString == nil, tokens[beforeWord].kind == .symbol(.dot) else {
      receiver = nil
      return
    }
    receiver = tokens.path(endingAt: beforeWord - 1).map { .path($0) } ?? .unknown
  }

  /// The brace whose expression is still being written.
  private static func openBrace(_ bytes: [UInt8], in range: Range<Int>) -> Int? {
    var open: Int?
    var index = range.lowerBound
    while index < range.upperBound {
      switch bytes[index] {
      case UInt8(ascii: "{"):
        if open == nil, index + 1 < range.upperBound, bytes[index + 1] == bytes[index] { index += 1 } else { open = index }
      case UInt8(ascii: "}"): open = nil
      default: break
      }
      index += 1
    }
    return open
  }

  /// The field whose value is being written in the innermost record.
  private static func field(_ tokens: [Token], _ brackets: Brackets) -> String? {
    guard let colon = tokens.lastIndex(where: { $0.kind == .symbol(.colon) }), colon > 0 else { return nil }
    guard let brace = brackets.open.last, colon > brace, !tokens[colon...].contains(where: { $0.kind == .symbol(.comma) }) else { return nil }
    guard case .name(let name) = tokens[colon - 1].kind else { return nil }
    return name
  }

  private static func call(_ tokens: [Token], _ brackets: Brackets, open: Int) -> OpenCall? {
    guard tokens[open].kind == .symbol(.open), let callee = tokens.path(endingAt: open - 1) else { return nil }
    var index = 0
    var start = open + 1
    var place = start
    while place < tokens.count {
      if tokens[place].kind == .symbol(.comma) {
        index += 1
        start = place + 1
      }
      place = max(brackets.ends[place] ?? place, place) + 1
    }
    var name: String?
    if start + 1 < tokens.count, case .name(let given) = tokens[start].kind, tokens[start + 1].kind == .symbol(.assign) {
      name = given
    }
    let first = open - callee.count * 2 + 1
    return OpenCall(
      callee: callee, index: index, name: name, isPiped: first > 0 && tokens[first - 1].kind == .symbol(.pipe),
      isMethod: callee.count > 1)
  }
}
