import Testing

@testable import Repl

/// The editor's pure parts.
struct LineEditorTests {
  private func cell(_ marked: String) -> CellText {
    let scalars = Array(marked.unicodeScalars)
    let cursor = scalars.firstIndex(of: "|") ?? scalars.count
    return CellText(scalars: scalars.filter { $0 != "|" }, cursor: cursor)
  }

  private func marked(_ cell: CellText) -> String {
    String(Array(cell.scalars[..<cell.cursor]) + ["|"] + Array(cell.scalars[cell.cursor...]))
  }

  /// A cell with its cursor -> after Up, after Down; nil where there is no line to go to.
  @Test(arguments: [
    ("a|b", nil, nil), ("|", nil, nil), ("ab\nc|d", "a|b\ncd", nil), ("a\nbcd|", "a|\nbcd", nil),
    ("abc|\nd", nil, "abc\nd|"), ("ab\n\ncd|", "ab\n|\ncd", nil), ("αβ\nγ|δ\nε", "α|β\nγδ\nε", "αβ\nγδ\nε|"),
    ("a\n|", "|a\n", nil),
  ] as [(String, String?, String?)])
  func upAndDown(start: String, up: String?, down: String?) {
    var above = cell(start)
    #expect(above.moveUp() == (up != nil))
    #expect(marked(above) == up ?? start)
    var below = cell(start)
    #expect(below.moveDown() == (down != nil))
    #expect(marked(below) == down ?? start)
  }

  @Test func editing() {
    var text = cell("a|c")
    text.insert("bβ")
    #expect(marked(text) == "abβ|c")
    text.deleteBackward(2)
    text.deleteForward()
    text.deleteForward()
    #expect(marked(text) == "a|")
    text.deleteBackward(5)
    #expect(marked(text) == "|")
  }

  @Test(arguments: [
    ("sam", .insert("ple")), ("s", .choices(["sample", "save", "sum"])), ("sa", .choices(["sample", "save"])),
    ("su", .insert("m")), ("sum", .nothing), ("q", .nothing), ("", .nothing),
  ] as [(String, Completion.Answer)])
  func completion(word: String, answer: Completion.Answer) {
    #expect(Completion.answer(for: word, among: ["sum", "sample", "save", "sum"]) == answer)
  }

  @Test func choicesInColumns() {
    #expect(Completion.columns(["a", "bb", "c", "d", "e"], width: 12) == "a   c   e\nbb  d")
    #expect(Completion.columns(["long name"], width: 3) == "long name")
  }

  @Test(arguments: [
    ("a\r\nb\rc\n\n", "a\nb\nc"), ("x\u{1b}[31my\u{3}", "x[31my"), ("a\tb", "a\tb"), ("", ""),
    ("in [1]> a\n  b\nout[1]: 5\nin [2]> c", "a\n  b\nc"), ("in [x]> a", "in [x]> a"),
    ("in [1]> a = 1\nerror[name]: no\n  --> in\nin [2]>", "a = 1\n"),
  ])
  func pastes(pasted: String, cell: String) { #expect(PastedText.cleaned(pasted) == cell) }

  @Test func walkThroughHistory() {
    var walk = HistoryWalk(["one", "two\nlines"])
    #expect(walk.newer() == nil)
    #expect(walk.older(than: "unfinished") == "two\nlines")
    #expect(walk.older(than: "two\nlines") == "one")
    #expect(walk.older(than: "one") == nil)
    #expect(walk.newer() == "two\nlines")
    #expect(walk.newer() == "unfinished")
    #expect(walk.newer() == nil)
    var empty = HistoryWalk([])
    #expect(empty.older(than: "x") == nil)
  }

  /// No key is bound twice, and every action has one.
  @Test func bindings() {
    let keys = KeyBindings.table.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
    let inner: Set<EditAction> = [.showChoices, .interrupt]
    let bound = Set(KeyBindings.table.map(\.function))
    for action in EditAction.allCases where !inner.contains(action) { #expect(bound.contains(action.rawValue)) }
  }
}
