// Pictures of the whole program on terminals that answer, answer late, answer nonsense, lie, or go away.

import Foundation
import Testing

@testable import Repl

@Suite(.enabled(if: TerminalSession.program != nil, "the program is not built beside the tests"))
struct GraphicsTerminalTests {
  /// What a terminal with sixel says to everything that it is asked.
  private static let answers =
    "\u{1b}[6;20;10t\u{1b}[4;480;800t\u{1b}[?1;0;256S\u{1b}[?2;0;800;480S\u{1b}]11;rgb:0000/0000/0000\u{1b}\\"
    + "\u{1b}P>|XTerm(379)\u{1b}\\\u{1b}[?62;4c"
  /// The last of the questions.
  private static let lastQuestion = "\u{1b}[c"
  private static let image = "show(grid(arange(64).reshape(1, 8, 8, 1) / 63))"
  private static let noise = "show(tensor(uniform(key(0), [512, 512, 3]) * 255, \"uint8\"))"

  private func sixel(in bytes: [UInt8]) throws -> SixelDecoder {
    let start = try #require(bytes.firstRange(of: Array("\u{1b}P".utf8))).lowerBound
    let end = try #require(bytes[start...].firstRange(of: Array("\u{1b}\\".utf8))).upperBound
    return try #require(SixelDecoder(Array(bytes[start..<end])))
  }

  @Test func aTerminalThatAnswersGetsSixel() throws {
    let terminal = try GraphicsTerminal(["-e", Self.image])
    #expect(terminal.read(until: Self.lastQuestion))
    let asked = terminal.received.count
    terminal.send(Self.answers)
    #expect(terminal.end() == 0)
    let picture = try sixel(in: Array(terminal.received[asked...]))
    #expect(picture.width == 256 && picture.height == 256)
    for number in 0..<64 {
      let level = try #require(picture.colour(number % 8 * 32 + 16, number / 8 * 32 + 16))[0]
      #expect(abs(Double(level) - Double(number) / 0.63) <= 1)
    }
    #expect(terminal.text.contains("[image 8x8"))
  }

  /// Answers after two seconds are nobody's typing: the line stays clean, and what is typed runs.
  @Test func lateAnswersLeaveNoGarbage() throws {
    let terminal = try GraphicsTerminal([])
    #expect(terminal.read(until: "in [1]"))
    terminal.send(Self.image + "\r")
    #expect(terminal.read(until: Self.lastQuestion))
    #expect(terminal.read(until: "in [2]"))
    terminal.read(seconds: 2)
    let before = terminal.received.count
    terminal.send(Self.answers)
    terminal.read(seconds: 0.3)
    terminal.send("20 + 22\r")
    #expect(terminal.read(until: "out[2]: "))
    terminal.send("\u{4}")
    #expect(terminal.end() == 0)
    let after = String(decoding: terminal.received[before...], as: UTF8.self)
    #expect(after.contains("42") && !after.contains("error"))
    for garbage in ["6;20;10", "480;800", "rgb:", "XTerm", "62;4c"] { #expect(!after.contains(garbage)) }
  }

  /// Bytes that answer nothing, or too much: no picture is lost to them, nor the line.
  @Test(arguments: [
    "\u{1b}[?62;42c", "\u{1b}[6;0;0t\u{1b}[?62;4c", "\u{1b}[6;99999999999999999999;3t\u{1b}[?1;2c",
    "\u{1b}[6;-20;-10t\u{1b}[4;0;0t\u{1b}[?2;0;1;1S\u{1b}[?62;4c", "\u{1b}]11;rgb:zz\u{7}\u{1b}P>|\u{1b}[?c", "\u{0}\u{1b}\u{1b}[[?;;;c",
  ])
  func wrongAnswersAreSurvived(answer: String) throws {
    let terminal = try GraphicsTerminal(["-e", Self.image, "-e", "20 + 22"])
    #expect(terminal.read(until: Self.lastQuestion))
    terminal.send(answer)
    #expect(terminal.end() == 0)
    #expect(terminal.text.contains("[image 8x8") && terminal.text.contains("42"))
  }

  /// Sizes that cannot be true: the picture is one that a terminal bears.
  @Test(arguments: [
    (0, 0, 0, 0), (1, 1, 1, 1), (80, 24, 1, 65535), (65535, 65535, 65535, 65535), (3, 500, 65535, 2),
  ] as [(UInt16, UInt16, UInt16, UInt16)])
  func liesAboutTheSizeAreSurvived(columns: UInt16, rows: UInt16, width: UInt16, height: UInt16) throws {
    let terminal = try GraphicsTerminal(["-e", Self.noise], size: (columns, rows, width, height))
    #expect(terminal.read(until: Self.lastQuestion))
    let asked = terminal.received.count
    terminal.send("\u{1b}[?62;4c")
    #expect(terminal.end() == 0)
    let picture = try sixel(in: Array(terminal.received[asked...]))
    #expect((1...1024).contains(picture.width) && (1...768).contains(picture.height))
  }

  /// The terminal goes away in the middle of an image: the program ends, at the prompt and in a script.
  @Test(arguments: [[], ["--images", "sixel", "-e", "for i in 0..100 { \(noise) }"]])
  func aTerminalThatVanishes(arguments: [String]) throws {
    let terminal = try GraphicsTerminal(arguments)
    if arguments.isEmpty {
      #expect(terminal.read(until: "in [1]"))
      terminal.send(Self.noise + "\r")
    }
    #expect(terminal.read(until: Self.lastQuestion))
    terminal.send(Self.answers)
    #expect(terminal.read(count: 20_000))
    terminal.hangUp()
    let end = terminal.end()
    #expect(end != nil && end != 0 && end != 128 + 6 && end != 128 + 11, "\(end.map(String.init) ?? "runs on")")
  }

  /// Whoever reads the pipe goes away in the middle.
  @Test func aPipeThatCloses() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(TerminalSession.program))
    process.arguments = ["--images", "kitty", "-e", "for i in 0..100 { \(Self.noise) }"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.start()
    #expect(try pipe.fileHandleForReading.read(upToCount: 5000)?.isEmpty == false)
    try pipe.fileHandleForReading.close()
    let end = Date().addingTimeInterval(20)
    while process.isRunning, Date() < end { usleep(20_000) }
    #expect(!process.isRunning)
    if process.isRunning { process.terminate() }
    #expect(process.terminationReason == .exit || process.terminationStatus == SIGPIPE)
  }

  /// Ctrl-C ends an animation at its last frame, and the session goes on.
  @Test func anAnimationIsStopped() throws {
    let terminal = try GraphicsTerminal(["--images", "blocks"], environment: ["COLORTERM": "truecolor"])
    #expect(terminal.read(until: "in [1]"))
    terminal.send("animate(map(0..40, i -> full([2, 2], i / 40)), fps = 0.1)\r")
    #expect(terminal.read(until: "38;2;128;128;128"))
    terminal.send("\u{3}")
    #expect(terminal.read(until: "38;2;249;249;249", seconds: 8))
    #expect(terminal.read(until: "in [2]"))
    terminal.send("20 + 22\r")
    #expect(terminal.read(until: "out[2]"))
    terminal.send("\u{4}")
    #expect(terminal.end() == 0)
    // The second frame would have come after ten seconds.
    #expect(!terminal.text.contains("38;2;6;6;6"))
  }

  /// The line that describes a picture is there in every form, in pipes too.
  @Test(arguments: ImageMode.allCases) func captionsAlways(mode: ImageMode) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(TerminalSession.program))
    process.arguments = [
      "--images", mode.rawValue, "-e", Self.image, "-e", "show(plot([1, nan, 2], title = \"loss\"))", "-e",
      "show(animate([zeros([2, 2]), ones([2, 2])]))",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.start()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for caption in ["[image 8x8", "[plot loss, 3 points, 1 nan left out]", "[animation 2 frames, 2x2, 8 a second]"] {
      #expect(text.contains(caption))
    }
    // A pipe that did not ask for pictures gets none.
    #expect(mode != .auto || !text.contains("\u{1b}"))
  }
}
