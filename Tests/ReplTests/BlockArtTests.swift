import Testing

@testable import Repl

struct BlockArtTests {
  private let corners = [UInt8]([255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255, 9, 9, 9, 8, 8, 8])

  @Test func twoPixelsACellInTrueColour() throws {
    let picture = try Picture(width: 2, height: 3, pixels: corners)
    let text = BlockArt.draw(picture, columns: 3, rows: 2, depth: .trueColour)
    #expect(
      text == """
        \u{1b}[38;2;255;0;0;48;2;0;0;255m▀▀\u{1b}[0m
        \u{1b}[38;2;9;9;9m▀\u{1b}[38;2;8;8;8m▀\u{1b}[0m

        """)
  }

  @Test func nearestOf256() throws {
    let picture = try Picture(width: 2, height: 3, pixels: corners)
    let text = BlockArt.draw(picture, columns: 3, rows: 2, depth: .palette256)
    #expect(text.hasPrefix("\u{1b}[38;5;196;48;5;21m▀▀\u{1b}[0m\n\u{1b}[38;5;232m▀"))
  }

  @Test(arguments: [
    (0, 0, 0, 16), (255, 255, 255, 231), (255, 0, 0, 196), (128, 128, 128, 244), (95, 135, 175, 67),
    (8, 8, 8, 232), (238, 238, 238, 255),
  ])
  func colours(red: UInt8, green: UInt8, blue: UInt8, code: Int) {
    #expect(BlockArt.nearest256((red, green, blue)) == code)
  }

  /// No line is wider than the terminal, no picture higher than allowed.
  @Test(arguments: [(300, 200, 40, 10), (10, 400, 40, 10), (4, 4, 80, 24), (100, 2, 7, 3), (3, 3, 1, 1)])
  func fits(width: Int, height: Int, columns: Int, rows: Int) throws {
    let picture = try SamplePictures.gradient(width, height)
    let lines = BlockArt.draw(picture, columns: columns, rows: rows, depth: .trueColour).split(separator: "\n")
    #expect(lines.count <= rows)
    #expect(lines.allSatisfy { line in line.count(where: { $0 == "▀" }) <= columns && line.hasSuffix("\u{1b}[0m") })
  }
}
