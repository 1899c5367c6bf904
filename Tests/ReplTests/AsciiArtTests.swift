import Foundation
import Synchronization
import Testing

@testable import Repl

struct AsciiArtTests {
  private func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// Dark to bright, and the other way round on light paper.
  @Test func density() throws {
    let picture = try Picture(width: 10, height: 2, grey: (0..<20).map { UInt8(255 * ($0 % 10) / 9) })
    #expect(AsciiArt.draw(picture, columns: 19, rows: 1, isDark: true) == " .:-=+*#%@\n")
    #expect(AsciiArt.draw(picture, columns: 19, rows: 1, isDark: false) == "@%#*+=-:.\n")
  }

  /// Colours count as bright as they look; of an odd height the last row stands alone.
  @Test func brightness() throws {
    let picture = try Picture(width: 3, height: 3, pixels: [UInt8](repeating: 0, count: 18) + [0, 255, 0, 255, 0, 0, 0, 0, 255])
    #expect(AsciiArt.draw(picture, columns: 5, rows: 2, isDark: true) == "\n+:.\n")
  }

  /// No line is wider than the terminal, no picture higher than allowed, nothing but ASCII.
  @Test(arguments: [(300, 200, 40, 10), (10, 400, 40, 10), (4, 4, 80, 24), (100, 2, 7, 3), (3, 3, 1, 1), (5, 5, 0, -3), (1, 1, 9, 99)])
  func fits(width: Int, height: Int, columns: Int, rows: Int) throws {
    let text = AsciiArt.draw(try SamplePictures.noise(width, height), columns: columns, rows: rows, isDark: true)
    let shown = lines(text).dropLast()
    #expect(!shown.isEmpty && shown.count <= max(1, min(rows, BlockArt.mostRows)))
    #expect(shown.allSatisfy { $0.count <= max(1, columns) })
    #expect(text.utf8.allSatisfy { $0 == 10 || (32..<127).contains($0) })
  }

  @Test(arguments: [true, false])
  func emptyPaper(isDark: Bool) throws {
    let blank = try Picture(width: 40, height: 40, grey: [UInt8](repeating: isDark ? 0 : 255, count: 1600))
    #expect(AsciiArt.draw(blank, columns: 40, rows: 4, isDark: isDark) == "\n\n\n\n")
  }

  /// Plots lose braille and rules and keep the user's own words.
  @Test func plots() throws {
    var plot = Plot.line([0, 1, 4, 9], label: "loss")
    plot.title = "größer"
    let text = AsciiArt.plain(plot.text(columns: 40, rows: 8, isColoured: false))
    #expect(text.contains("größer") && text.contains("# loss") && text.contains("+----"))
    #expect(text.unicodeScalars.allSatisfy { $0.isASCII || "ößé".unicodeScalars.contains($0) })
    #expect(AsciiArt.plain("\u{2800}\u{2801}\u{283F}\u{281B}│─┤") == " .#*|-+")
  }
}

/// What a display writes, from caption to last byte.
struct DisplayTests {
  private final class Sheet: Sendable {
    let bytes = Mutex<[UInt8]>([])
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
  }

  private func shown(_ form: ImageForm, _ show: (Display) -> Void) -> String {
    let sheet = Sheet()
    let console = Console(isTerminal: true, isColoured: true, columns: 60) { bytes in sheet.bytes.withLock { $0 += bytes } }
    show(Display(console: console) { .init(form: form, theme: .dark) })
    return sheet.text
  }

  private static let room = PictureRoom(width: 600, height: 400, cell: .usual)
  private static let forms: [ImageForm] = [
    .sixel(room), .kitty(room, inTmux: false), .kitty(room, inTmux: true), .iterm(room, inTmux: false), .iterm(room, inTmux: true),
    .blocks(.palette256), .ascii(.init()), .caption,
  ]

  /// The caption is there in every form, once and first, and every form ends a line.
  @Test(arguments: DisplayTests.forms)
  func captions(form: ImageForm) throws {
    var picture = try SamplePictures.gradient(20, 10)
    picture.caption = "of a test"
    let text = shown(form) { $0.show(picture) }
    #expect(text.hasPrefix("[image 20x10, of a test]\n"))
    #expect(text.components(separatedBy: "of a test").count == 2)
    #expect(text.hasSuffix("\n"))
    #expect((text.count > 40) == (form != .caption))
  }

  /// Plots are pictures where there are pictures, else text; in ASCII nothing else.
  @Test(arguments: DisplayTests.forms)
  func plots(form: ImageForm) {
    let text = shown(form) { $0.show(Plot.line([1, 3, 2])) }
    #expect(text.contains("[image") || text.contains("[plot"))
    switch form {
    case .ascii: #expect(text.utf8.allSatisfy { $0 < 128 && $0 != 27 } && text.contains("+---"))
    case .blocks: #expect(text.contains("└"))
    case .caption: #expect(text.count(where: { $0 == "\n" }) == 1)
    case .sixel: #expect(text.contains("\u{1b}P"))
    case .kitty(_, let inTmux): #expect(text.contains(inTmux ? "\u{1b}Ptmux;\u{1b}\u{1b}_G" : "\u{1b}_G"))
    case .iterm(_, let inTmux): #expect(text.contains(inTmux ? "\u{1b}Ptmux;\u{1b}\u{1b}]1337;" : "\u{1b}]1337;"))
    }
  }

  /// Pictures of one session that stand in tmux at the same time have different numbers.
  @Test func numbersInTmux() throws {
    let picture = try SamplePictures.gradient(20, 10)
    let text = shown(.kitty(Self.room, inTmux: true)) { display in for _ in 0..<20 { display.show(picture) } }
    let numbers = text.matches(of: /,i=(\d+),/).compactMap { Int($0.output.1) }
    #expect(Set(numbers).count == 20 && numbers.allSatisfy { (1...255).contains($0) })
  }
}
