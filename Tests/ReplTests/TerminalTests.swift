import Testing

@testable import Repl

/// What a terminal answers, and what is made of it.
struct TerminalTests {
  private func replies(_ text: String) -> TerminalReplies {
    var replies = TerminalReplies()
    for byte in text.utf8 { replies.feed(byte) }
    return replies
  }

  /// Answers to "what are you" -> knows sixel.
  @Test(arguments: [
    ("\u{1b}[?62;4c", true), ("\u{1b}[?4c", false), ("\u{1b}[?62;42c", false), ("\u{1b}[?1;2c", false),
    ("\u{1b}[?12;4c", true), ("\u{1b}[?63;1;2;4;6;9;15;22c", true), ("\u{1b}[?64;14;40c", false),
    ("\u{1b}[?6c", false), ("\u{1b}[?;4c", true),
  ])
  func sixelIsComparedAsAWholeNumber(answer: String, hasSixel: Bool) {
    let replies = replies(answer)
    #expect(replies.isComplete)
    #expect(replies.hasSixel == hasSixel)
    #expect(replies.typed.isEmpty)
  }

  @Test func allAnswersAtOnce() throws {
    let replies = replies(
      "\u{1b}[6;20;10t\u{1b}[4;600;800t\u{1b}[?1;0;256S\u{1b}[?2;0;640;480S"
        + "\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\\u{1b}[?62;4c")
    #expect(replies.isComplete && replies.hasSixel)
    #expect(try #require(replies.cell) == (10, 20))
    #expect(try #require(replies.area) == (800, 600))
    #expect(replies.colourRegisters == 256)
    #expect(try #require(replies.largest) == (640, 480))
    #expect(abs(try #require(replies.background) - 1) < 1e-9)
  }

  @Test(arguments: [
    ("\u{1b}]11;rgb:0000/0000/0000\u{7}", 0.0), ("\u{1b}]11;rgb:ff/ff/ff\u{1b}\\", 1),
    ("\u{1b}]11;rgb:8000/8000/8000\u{1b}\\", 0.5), ("\u{1b}]11;rgb:zz/ff/ff\u{1b}\\", nil),
    ("\u{1b}]11;rgb:fffff/0/0\u{1b}\\", nil), ("\u{1b}]10;rgb:ff/ff/ff\u{1b}\\", nil),
  ] as [(String, Double?)])
  func background(answer: String, brightness: Double?) {
    let found = replies(answer).background
    if let brightness {
      #expect(abs((found ?? -1) - brightness) < 0.01)
    } else {
      #expect(found == nil)
    }
  }

  /// Keys typed while the terminal was asked are kept, in order.
  @Test func typedKeysAreKept() {
    let replies = replies("a\u{1b}[Ab\u{1b}[?62;4c\u{1b}xc")
    #expect(replies.hasSixel)
    #expect(String(decoding: replies.typed, as: UTF8.self) == "a\u{1b}[Ab\u{1b}xc")
  }

  /// Refusals of the size query carry a status that is no success.
  @Test func refusedQueriesTellNothing() {
    let replies = replies("\u{1b}[?1;3;0S\u{1b}[?2;1;0;0S")
    #expect(replies.colourRegisters == nil)
    #expect(replies.largest == nil)
  }

  @Test(arguments: [
    (nil, "dumb"), ("", "dumb"), ("dumb", "dumb"), ("xterm", "xterm"), ("xterm-kitty", "xterm-256color"),
    ("foot", "xterm-256color"), ("nonsense", "dumb"), ("alacritty", "xterm-256color"),
  ] as [(String?, String)])
  func names(name: String?, usable: String) {
    let known: Set = ["xterm", "xterm-256color", "dumb"]
    #expect(TerminalName.usable(name, isKnown: known.contains).name == usable)
  }

  private func surroundings(_ mode: ImageMode, term: String = "xterm") -> ImageSurroundings {
    ImageSurroundings(
      mode: mode, isTerminal: true, terminal: TerminalName(name: term),
      size: Terminal.Size(columns: 80, rows: 24, pixelWidth: 800, pixelHeight: 480), promisesTrueColour: false,
      refusesColour: false, isRemote: false)
  }

  @Test func sixelWhereTheTerminalSaysSo() {
    var sixel = TerminalReplies()
    for byte in "\u{1b}[6;18;9t\u{1b}[?62;4c".utf8 { sixel.feed(byte) }
    let answer = sixel
    #expect(
      surroundings(.auto).form { _ in answer }
        == .sixel(SixelRoom(width: 720, height: 396, cellHeight: 18)))
    #expect(surroundings(.auto).form { _ in TerminalReplies() } == .blocks(.palette256))
  }

  @Test func nobodyIsAskedInVain() {
    var asked = 0
    let ask = { (_: Int) -> TerminalReplies? in
      asked += 1
      return nil
    }
    var pipe = surroundings(.auto)
    pipe.isTerminal = false
    #expect(pipe.form(asking: ask) == .caption)
    pipe.mode = .sixel
    #expect(pipe.form(asking: ask) != .caption)
    #expect(surroundings(.none).form(asking: ask) == .caption)
    #expect(surroundings(.blocks).form(asking: ask) == .blocks(.palette256))
    #expect(surroundings(.auto, term: "dumb").form(asking: ask) == .caption)
    #expect(asked == 0)
  }

  @Test func patienceDependsOnTheDistance() {
    var waits: [Int] = []
    var far = surroundings(.auto)
    far.isRemote = true
    _ = surroundings(.auto).form { milliseconds in
      waits.append(milliseconds)
      return nil
    }
    _ = far.form { milliseconds in
      waits.append(milliseconds)
      return nil
    }
    #expect(waits == [200, 1000])
  }

  @Test func noColourMeansNoBlocks() {
    var plain = surroundings(.auto)
    plain.refusesColour = true
    #expect(plain.form { _ in TerminalReplies() } == .caption)
    plain.promisesTrueColour = true
    plain.refusesColour = false
    #expect(plain.form { _ in TerminalReplies() } == .blocks(.trueColour))
    #expect(surroundings(.auto, term: "vt100").form { _ in nil } == .caption)
  }

  /// Without an answer the window's pixels tell the size of a cell; an impossible one is not believed.
  @Test func cellSizeFromTheWindow() throws {
    var sixel = TerminalReplies()
    for byte in "\u{1b}[?62;4c".utf8 { sixel.feed(byte) }
    let answer = sixel
    #expect(
      surroundings(.auto).form { _ in answer } == .sixel(SixelRoom(width: 800, height: 440, cellHeight: 20)))
    var blind = surroundings(.auto)
    blind.size = nil
    #expect(blind.form { _ in answer } == .sixel(SixelRoom(width: 800, height: 440, cellHeight: nil)))
  }
}
