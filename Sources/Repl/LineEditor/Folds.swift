// Long pieces of a cell, kept out of the line under edit: libedit cannot show what is taller than the screen. The first line
// stands there, and a token for the rest, ⟨1: 299 lines⟩; the cell that runs has the lines.

struct Folds {
  private var pieces: [(token: String, text: String)] = []
  private var count = 0
  /// A first line up to so many scalars is left visible.
  private static let visible = 200

  /// The text with a token for all but its first line.
  mutating func fold(_ text: String) -> String {
    let head = text.unicodeScalars.firstIndex(of: "\n").map { text[...$0] } ?? ""
    let shown = head.unicodeScalars.count <= Self.visible ? head : ""
    let rest = String(text[shown.endIndex...])
    let lines = rest.utf8.count { $0 == 10 } + 1
    count += 1
    let token = "⟨\(count): \(lines) \(lines == 1 ? "line" : "lines")⟩"
    pieces.append((token, rest))
    return shown + token
  }

  /// The text with every token replaced by what it stands for.
  func unfolded(_ text: String) -> String {
    guard !pieces.isEmpty, text.unicodeScalars.contains("⟨") else { return text }
    // The newest first: what was folded may hold older tokens.
    return pieces.reversed().reduce(text) { $0.replacing($1.token, with: $1.text) }
  }

  /// How many scalars the token before the cursor has; 1 where there is none.
  func width(before text: CellText) -> Int {
    guard text.cursor > 0, text.scalars[text.cursor - 1] == "⟩" else { return 1 }
    return pieces.map { Array($0.token.unicodeScalars) }.first { text.scalars[..<text.cursor].suffix($0.count).elementsEqual($0) }?.count ?? 1
  }
}
