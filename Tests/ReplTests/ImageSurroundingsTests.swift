import Foundation
import Testing

@testable import Repl

/// Which form pictures take, from what the user says and the terminal answers.
struct ImageSurroundingsTests {
  private func surroundings(_ mode: ImageMode, term: String = "xterm") -> ImageSurroundings {
    ImageSurroundings(
      mode: mode, isTerminal: true, terminal: TerminalName(name: term), multiplexer: nil,
      size: Terminal.Size(columns: 80, rows: 24, pixelWidth: 800, pixelHeight: 480), promisesTrueColour: false,
      refusesColour: false, usesUTF8: true, isRemote: false)
  }

  private func replies(_ text: String) -> TerminalReplies {
    var replies = TerminalReplies()
    for byte in text.utf8 { replies.feed(byte) }
    return replies
  }

  private static let room = PictureRoom(width: 800, height: 440, cell: PictureRoom.Cell(width: 10, height: 20))

  private enum Answer {
    static let plain = "\u{1b}[?62;22c"
    static let sixel = "\u{1b}[?62;4c"
    static let kitty = "\u{1b}_Gi=4207;OK\u{1b}\\"
    static let iterm = "\u{1b}P>|iTerm2 3.5.0\u{1b}\\"
  }

  /// Sixel before kitty before iTerm, by what the terminal says.
  @Test(arguments: [
    (Answer.sixel, .sixel(Self.room)), (Answer.kitty + Answer.iterm + Answer.sixel, .sixel(Self.room)),
    (Answer.kitty + Answer.plain, .kitty(Self.room, inTmux: false)),
    (Answer.iterm + Answer.kitty + Answer.plain, .kitty(Self.room, inTmux: false)),
    (Answer.iterm + Answer.plain, .iterm(Self.room, inTmux: false)),
  ] as [(String, ImageForm)])
  func answersDecide(answer: String, form: ImageForm) {
    #expect(surroundings(.auto).form { _ in replies(answer) } == form)
  }

  /// No answer, garbage, answers that break off: half blocks.
  @Test(arguments: [
    Answer.plain, "", "\u{1b}[?62;42;44c", "\u{1b}_Gi=4207;EINVAL\u{1b}\\" + Answer.plain, "\u{1b}_Gi=4207;OK",
    "\u{1b}P>|iTerm2" + Answer.plain, "\u{fffd}\u{1b}\u{1b}\u{1b}_\u{7}",
  ])
  func otherAnswersDoNot(answer: String) {
    #expect(surroundings(.auto).form { _ in replies(answer) } == .blocks(.palette256))
  }

  @Test func noTerminalToAsk() {
    #expect(surroundings(.auto).form { _ in nil } == .blocks(.palette256))
    #expect(surroundings(.kitty).form { _ in nil } == .kitty(Self.room, inTmux: false))
  }

  @Test func theUserMayForceEach() {
    let silent = { (_: TerminalQuestion) -> TerminalReplies? in TerminalReplies() }
    #expect(surroundings(.sixel).form(asking: silent) == .sixel(Self.room))
    #expect(surroundings(.kitty).form(asking: silent) == .kitty(Self.room, inTmux: false))
    #expect(surroundings(.iterm).form(asking: silent) == .iterm(Self.room, inTmux: false))
    #expect(surroundings(.ascii).form(asking: silent) == .ascii(AsciiArt.Paper()))
    var tmux = surroundings(.kitty, term: "tmux-256color")
    tmux.multiplexer = .tmux
    #expect(tmux.form(asking: silent) == .kitty(Self.room, inTmux: true))
    tmux.mode = .iterm
    #expect(tmux.form(asking: silent) == .iterm(Self.room, inTmux: true))
  }

  @Test func aroundTmux() {
    var tmux = surroundings(.auto, term: "tmux-256color")
    tmux.multiplexer = .tmux
    #expect(tmux.form { _ in replies(Answer.plain + Answer.kitty) } == .kitty(Self.room, inTmux: true))
    #expect(tmux.form { _ in replies(Answer.plain) } == .blocks(.palette256))
  }

  @Test func nobodyIsAskedInVain() {
    var asked = 0
    let ask = { (_: TerminalQuestion) -> TerminalReplies? in
      asked += 1
      return nil
    }
    var pipe = surroundings(.auto)
    pipe.isTerminal = false
    #expect(pipe.form(asking: ask) == .caption)
    for mode in [ImageMode.sixel, .kitty, .iterm] {
      pipe.mode = mode
      #expect(pipe.form(asking: ask) != .caption)
    }
    #expect(surroundings(.none).form(asking: ask) == .caption)
    #expect(surroundings(.blocks).form(asking: ask) == .blocks(.palette256))
    #expect(surroundings(.ascii).form(asking: ask) == .ascii(AsciiArt.Paper()))
    #expect(surroundings(.auto, term: "dumb").form(asking: ask) == .caption)
    #expect(asked == 0)
  }

  @Test func patienceDependsOnTheDistance() {
    var waits: [Int] = []
    var far = surroundings(.auto)
    far.isRemote = true
    for one in [surroundings(.auto), far] {
      _ = one.form { question in
        waits.append(question.milliseconds)
        return nil
      }
    }
    #expect(waits == [200, 1000])
  }

  /// Without colour or without half blocks in the locale: ASCII, on the paper the terminal has.
  @Test func plainTerminals() {
    var plain = surroundings(.auto)
    plain.refusesColour = true
    #expect(plain.form { _ in nil } == .ascii(AsciiArt.Paper(isDark: true, hasUnicode: true)))
    #expect(
      plain.form { _ in replies("\u{1b}]11;rgb:ffff/ffff/ffff\u{7}" + Answer.plain) }
        == .ascii(AsciiArt.Paper(isDark: false, hasUnicode: true)))
    plain.refusesColour = false
    plain.promisesTrueColour = true
    #expect(plain.form { _ in nil } == .blocks(.trueColour))
    plain.usesUTF8 = false
    #expect(plain.form { _ in nil } == .ascii(AsciiArt.Paper(isDark: true, hasUnicode: false)))
    #expect(surroundings(.auto, term: "vt100").form { _ in nil } == .ascii(AsciiArt.Paper(isDark: true, hasUnicode: true)))
  }

  /// The cell as the terminal says it, else from the text area, else from the window; an impossible one is not believed.
  @Test(arguments: [
    ("\u{1b}[6;18;9t", 720, 396, 9, 18), ("\u{1b}[4;432;720t", 720, 396, 9, 18), ("", 800, 440, 10, 20),
    ("\u{1b}[6;0;0t", 800, 440, 10, 20), ("\u{1b}[6;-5;9t", 800, 440, 10, 20), ("\u{1b}[4;1;1t", 800, 440, 10, 20),
    ("\u{1b}[6;9223372036854775807;9223372036854775807t", 800, 440, 10, 20), ("\u{1b}[6;99999999999999999999;1t", 800, 440, 10, 20),
  ])
  func cells(answer: String, width: Int, height: Int, cellWidth: Int, cellHeight: Int) {
    let room = PictureRoom(width: width, height: height, cell: .init(width: cellWidth, height: cellHeight))
    #expect(surroundings(.auto).form { _ in replies(answer + Answer.sixel) } == .sixel(room))
    #expect(surroundings(.auto).form { _ in replies(answer + Answer.kitty) } == .kitty(room, inTmux: false))
  }

  @Test func noCellAtAll() {
    var blind = surroundings(.auto)
    blind.size = nil
    #expect(blind.form { _ in replies(Answer.sixel) } == .sixel(PictureRoom(width: 800, height: 440, cell: nil)))
  }
}

/// What the terminal is asked.
struct TerminalQuestionTests {
  private let kitty = "\u{1b}_Gi=4207,s=1,v=1,a=q,t=d,f=24;AAAA\u{1b}\\"

  private func question(_ term: String, _ multiplexer: Multiplexer?) -> TerminalQuestion {
    TerminalQuestion(terminal: TerminalName(name: term), multiplexer: multiplexer, milliseconds: 200)
  }

  /// One batch, and what every terminal answers last.
  @Test func everythingInOneWrite() {
    let text = question("xterm-256color", nil).text
    #expect(text.contains(kitty) && text.contains("\u{1b}[>q") && text.contains("\u{1b}[16t"))
    #expect(text.hasSuffix("\u{1b}[c"))
    #expect(text.components(separatedBy: "\u{1b}[c").count == 2)
  }

  /// tmux takes a bare APC string for a title, and old Linux consoles print it.
  @Test(arguments: [("tmux-256color", .tmux), ("screen", .screen), ("linux", nil)] as [(String, Multiplexer?)])
  func notEverybodyIsAskedEverything(term: String, multiplexer: Multiplexer?) {
    let text = question(term, multiplexer).text
    #expect(!text.contains(kitty) && !text.contains("\u{1b}[>q"))
    #expect(text.hasSuffix("\u{1b}[c"))
    let wrapped = "\u{1b}Ptmux;\u{1b}\u{1b}_Gi=4207,s=1,v=1,a=q,t=d,f=24;AAAA\u{1b}\u{1b}\\\u{1b}\\"
    #expect(text.contains(wrapped) == (multiplexer == .tmux))
  }

  /// tmux answers at once, the terminal around it later: only an answer about kitty, or sixel from tmux, ends the wait.
  @Test func waitingAroundTmux() {
    var replies = TerminalReplies()
    let (bare, tmux) = (question("xterm", nil), question("tmux", .tmux))
    #expect(!bare.isAnswered(by: replies) && !tmux.isAnswered(by: replies))
    replies.isComplete = true
    #expect(bare.isAnswered(by: replies) && !tmux.isAnswered(by: replies))
    replies.hasKitty = false
    #expect(tmux.isAnswered(by: replies))
    replies.hasKitty = nil
    replies.hasSixel = true
    #expect(tmux.isAnswered(by: replies))
  }

  @Test(arguments: [
    (["TMUX": "/tmp/tmux-0/default,1,0"], "screen-256color", .tmux), ([:], "tmux-256color", .tmux),
    (["STY": "1.pts"], "screen", .screen), ([:], "screen", .screen), ([:], "xterm-256color", nil), ([:], "dumb", nil),
  ] as [([String: String], String, Multiplexer?)])
  func multiplexers(environment: [String: String], term: String, found: Multiplexer?) {
    #expect(Multiplexer.around(TerminalName(name: term)) { environment[$0] } == found)
  }

  @Test(arguments: [
    ([:], true), (["LANG": "de_DE.UTF-8"], true), (["LANG": "C.utf8"], true), (["LANG": "C"], false),
    (["LANG": "de_DE.ISO-8859-1"], false), (["LANG": "C.UTF-8", "LC_ALL": "POSIX"], false),
    (["LC_CTYPE": "C.UTF-8", "LANG": "C"], true),
  ])
  func locales(environment: [String: String], usesUTF8: Bool) {
    #expect(TerminalName.usesUTF8 { environment[$0] } == usesUTF8)
  }
}
