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
  ] as [(String, Answer)])
  func completion(word: String, answer: Answer) {
    let choices = ["sum", "sample", "save", "sum"].map { Completion.Choice($0) }
    let expected: Completion.Answer =
      switch answer {
      case .nothing: .nothing
      case .insert(let text): .insert(text)
      case .choices(let names): .choices(names.map { Completion.Choice($0) })
      }
    #expect(Completion.answer(Completion.Place(word: word, choices: choices)) == expected)
  }

  enum Answer { case nothing, insert(String), choices([String]) }

  @Test func choicesInColumns() {
    #expect(ChoiceList.table(["a", "bb", "c", "d", "e"], columns: 12) == "a   c   e\nbb  d")
    #expect(ChoiceList.table(["long name"], columns: 5) == "lon…")
    let choices = [Completion.Choice("sample", note: "images from noise in one step"), Completion.Choice("日本", note: "wide")]
    #expect(ChoiceList.text(choices, columns: 24, rows: 24) == "sample  images from noi…\n日本    wide".replacing("noi…", with: "no…"))
    // Too many for a row each.
    #expect(ChoiceList.text(Array(repeating: choices[0], count: 30), columns: 80, rows: 10).split(separator: "\n").count == 3)
    for columns in 1...30 {
      #expect(ChoiceList.text(choices, columns: columns, rows: 24).split(separator: "\n").allSatisfy { $0.count < max(columns, 2) })
    }
  }

  @Test(arguments: [
    ("a\r\nb\rc\n\n", "a\nb\nc"), ("x\u{1b}[31my\u{3}", "x[31my"), ("a\tb", "a\tb"), ("", ""), ("\u{FEFF}e\u{301}\u{9b}\u{2028}b", "é\nb"),
    ("in [1]> f({\n  b\n})\nout[1]: 5\nin [2]> c", "f({\n  b\n})\nc"), ("in [x]> a", "in [x]> a"),
    ("in [1]> a = 1\nerror[name]: no\n  --> in\nin [2]>", "a = 1"), ("in [1]> print(1)\n1\nin [2]> f(\n   ...> 2)\n3", "print(1)\nf(\n2)"),
    ("in [1]>", ""), ("out[1]: 3", "out[1]: 3"),
  ])
  func pastes(pasted: String, cell: String) {
    #expect(PastedText.cleaned(pasted) { text in text.count { $0 == "(" } > text.count { $0 == ")" } } == cell)
  }

  @Test func walkThroughHistory() {
    let history = History(file: nil)
    for cell in ["one", "two\nlines", "other"] { history.remember(cell) }
    var walk = HistoryWalk(history)
    #expect(walk.newer(than: "o", typed: "o") == nil)
    #expect(walk.older(than: "o", typed: "o") == "other")
    #expect(walk.older(than: "other", typed: "other") == "one")
    #expect(walk.older(than: "one", typed: "one") == nil)
    #expect(walk.newer(than: "one changed", typed: "") == "two\nlines")
    #expect(walk.older(than: "two\nlines", typed: "two\nlines") == "one changed")
    #expect(walk.newer(than: "one changed", typed: "") == "two\nlines")
    #expect(walk.newer(than: "two\nlines", typed: "") == "other")
    #expect(walk.newer(than: "other", typed: "") == "o")
    #expect(walk.newer(than: "o", typed: "o") == nil)
    var empty = HistoryWalk(History(file: nil))
    #expect(empty.older(than: "x", typed: "x") == nil && empty.newer(than: "x", typed: "x") == nil)
  }

  @Test func searchThroughHistory() {
    let history = History(file: nil)
    for cell in ["θ = 1", "x.θ", "b", "θ = 1"] { history.remember(cell) }
    var search = HistorySearch(history, original: CellText("half"))
    search.older()
    #expect(search.found == nil && !search.fails)
    search.type("θ")
    #expect(search.found == CellText("θ = 1", cursor: 0))
    search.older()
    #expect(search.found == CellText("x.θ", cursor: 2))
    search.type("!")
    #expect(search.fails && search.found?.text == "x.θ")
    search.erase()
    #expect(!search.fails && search.found?.text == "θ = 1")
    search.newer()
    #expect(search.fails)
    var empty = HistorySearch(History(file: nil), original: CellText())
    empty.type("x")
    empty.newer()
    empty.erase()
    empty.erase()
    #expect(empty.found == nil)
  }

  /// Undo, whatever happened in between, goes back to every state but those within a word.
  @Test func undoOfAnything() {
    var undo = UndoStack()
    let states = ["a", "ab", "ab\ncd", "", "xyz"].map { CellText($0) }
    for state in states { undo.observe(state) }
    #expect((0..<5).map { _ in undo.undo()?.text } == ["", "ab\ncd", "ab", "", nil])
    for count in 0..<1000 { undo.observe(CellText(String(repeating: "x ", count: count))) }
    var steps = 0
    while undo.undo() != nil { steps += 1 }
    #expect((300...500).contains(steps))
  }

  @Test func folds() {
    var folds = Folds()
    let long = (0..<50).map { "line \($0)" }.joined(separator: "\n")
    let shown = folds.fold(long)
    #expect(shown == "line 0\n⟨1: 49 lines⟩" && folds.unfolded(shown) == long)
    let both = folds.fold("x\n" + shown)
    #expect(folds.unfolded(both) == "x\n" + long)
    #expect(folds.unfolded("⟨1: 50 lines⟩ ⟨7: 1 line⟩") == "⟨1: 50 lines⟩ ⟨7: 1 line⟩")
    #expect(folds.width(before: CellText(shown)) == 13 && folds.width(before: CellText("⟩")) == 1 && folds.width(before: CellText()) == 1)
  }

  @Test func symbols() {
    #expect(MathSymbols.table.count >= 60)
    for (name, symbol) in MathSymbols.table { #expect(MathSymbols.symbol(for: name) == symbol && MathSymbols.name(before: "x" + name) == name) }
    #expect(MathSymbols.symbol(for: "\\alp") == "α" && MathSymbols.symbol(for: "\\eps") == "ϵ" && MathSymbols.symbol(for: "\\var") == nil)
    for text in ["", "\\", "a\\n", "alpha", "\\al pha", "\\al("] { #expect(MathSymbols.name(before: text) == nil) }
    #expect(MathSymbols.choices(for: "\\nothing").isEmpty)
  }

  /// No key is bound twice, every action has one, and libedit's notation is understood.
  @Test func bindings() {
    let keys = KeyBindings.table.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
    let bound = Set(KeyBindings.table.map(\.function))
    for action in EditAction.allCases where action != .step { #expect(bound.contains(action.function)) }
    #expect(Set(Editline.functions.map(\.0)) == Set(EditAction.allCases))
    #expect(KeyBindings.scalars(of: "^X^E") == ["\u{18}", "\u{5}"] && KeyBindings.scalars(of: "\\e^?") == ["\u{1b}", "\u{7f}"])
  }
}
