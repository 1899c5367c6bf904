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
    ("\u{1b}]11;rgb:ff/ff/-f\u{7}", nil), ("\u{1b}]11;rgb:ff//ff/ff\u{7}", nil), ("\u{1b}]11;?\u{7}", nil),
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

  /// Answers to kitty's test picture; others' answers and other pictures' say nothing.
  @Test(arguments: [
    ("\u{1b}_Gi=4207;OK\u{1b}\\", true), ("\u{1b}_Gi=4207;ENOTSUPPORTED:no\u{1b}\\", false),
    ("\u{1b}_Gi=4207;\u{1b}\\", false), ("\u{1b}_Gi=42;OK\u{1b}\\", nil), ("\u{1b}_Gi=42070;OK\u{1b}\\", nil),
    ("\u{1b}_OK\u{1b}\\", nil), ("\u{1b}_Gi=4207;OK", nil),
  ] as [(String, Bool?)])
  func kitty(answer: String, hasKitty: Bool?) {
    #expect(replies(answer).hasKitty == hasKitty)
    #expect(replies(answer).typed.isEmpty)
  }

  @Test(arguments: [
    ("\u{1b}P>|iTerm2 3.5.0\u{1b}\\", "iTerm2 3.5.0", true), ("\u{1b}P>|WezTerm 20240203\u{1b}\\", "WezTerm 20240203", true),
    ("\u{1b}P>|mintty 3.6.1\u{1b}\\", "mintty 3.6.1", true), ("\u{1b}P>|tmux 3.3a\u{1b}\\", "tmux 3.3a", false),
    ("\u{1b}P>|\u{1b}\\", "", false), ("\u{1b}P>|no iTerm2\u{1b}\\", "no iTerm2", false),
    ("\u{1b}P1$r0m\u{1b}\\", nil, false), ("\u{1b}P>|iTerm2", nil, false),
  ] as [(String, String?, Bool)])
  func versions(answer: String, version: String?, hasITerm: Bool) {
    #expect(replies(answer).version == version)
    #expect(replies(answer).hasITerm == hasITerm)
  }

  /// Any bytes end in some answers, and none is taken for an ability.
  @Test func garbageIsNoAnswer() {
    var state: UInt64 = 7
    for _ in 0..<300 {
      var replies = TerminalReplies()
      for _ in 0..<200 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let strange = Array("\u{1b}[]P_?;\\\u{7}>|G9S t".utf8)
        replies.feed(state >> 63 == 0 ? UInt8(truncatingIfNeeded: state >> 40) : strange[Int(state >> 40) % strange.count])
      }
      #expect(!replies.hasSixel && replies.hasKitty == nil && !replies.hasITerm)
    }
  }

  /// A string without an end is given up and what comes after it is read.
  @Test func endlessString() {
    let replies = replies("\u{1b}P>|" + String(repeating: "x", count: 5000) + "\u{1b}[?62;4c")
    #expect(replies.version == nil)
    #expect(replies.isComplete && replies.hasSixel)
  }

  @Test(arguments: [
    (nil, "dumb"), ("", "dumb"), ("dumb", "dumb"), ("xterm", "xterm"), ("xterm-kitty", "xterm-256color"),
    ("foot", "xterm-256color"), ("nonsense", "dumb"), ("alacritty", "xterm-256color"),
  ] as [(String?, String)])
  func names(name: String?, usable: String) {
    let known: Set = ["xterm", "xterm-256color", "dumb"]
    #expect(TerminalName.usable(name, isKnown: known.contains).name == usable)
  }
}
