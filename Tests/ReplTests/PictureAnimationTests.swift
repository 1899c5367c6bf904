import Foundation
import Lang
import Synchronization
import Testing

@testable import Formats
@testable import Repl

/// Animations: frames, files, what a terminal gets; and pictures shown again.
struct PictureAnimationTests {
  private func frames(_ count: Int, side: Int = 4) throws -> [Picture] {
    try (0..<count).map { index in
      try Picture(width: side, height: side, grey: [UInt8](repeating: UInt8(10 * index), count: side * side))
    }
  }

  /// What a display sends.
  private final class Sent: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    func clear() { bytes.withLock { $0 = [] } }

    func display(_ form: ImageForm, isTerminal: Bool = true, columns: Int = 80) -> Display {
      let console = Console(isTerminal: isTerminal, isColoured: true, columns: columns) { sent in self.bytes.withLock { $0 += sent } }
      return Display(console: console) { .init(form: form, theme: .light) }
    }
  }

  // MARK: frames

  @Test func framesComeToOneSize() throws {
    let animation = try Animation([Picture(width: 1, height: 3, grey: [0, 0, 0]), Picture(width: 3, height: 1, grey: [1, 2, 3])], framesPerSecond: 4)
    #expect(animation.frames.allSatisfy { $0.width == 3 && $0.height == 3 })
    #expect(stride(from: 0, to: 27, by: 3).map { animation.last.pixels[$0] } == [255, 255, 255, 1, 2, 3, 255, 255, 255])
    #expect(animation.captionLine == "[animation 2 frames, 3x3, 4 a second]")
  }

  @Test func wrongFramesAreRefused() throws {
    let one = try frames(1)[0]
    #expect(throws: PictureError.empty("an animation")) { try Animation([], framesPerSecond: 8) }
    #expect(throws: PictureError.frames(1001)) { try Animation(Array(repeating: one, count: 1001), framesPerSecond: 8) }
  }

  /// Of numbers, all frames mean the same; batches become grids, plots pictures.
  @Test func framesOfTheLanguage() throws {
    let interpreter = Interpreter(libraries: Library.program) { _ in }
    func animation(_ text: String) throws -> Animation? {
      guard case .object(let object) = try interpreter.run(Source(name: "in [1]", text: text)).value else { return nil }
      return object as? Animation
    }
    let shared = try #require(try animation("animate([full([2, 2], 0.5), full([2, 2], -1)])"))
    #expect(shared.frames.map { $0.pixels[0] } == [192, 0] || shared.frames.map { $0.pixels[0] } == [191, 0])
    #expect(try animation("animate([zeros([4, 8, 8, 1]), zeros([4, 8, 8, 1])])")?.last.width == 18)
    #expect(try animation("animate([plot([1, 2]), plot([1, 2, 3])], fps = 2)")?.last.width == 640)
    for wrong in ["animate([1, \"a\"])", "animate([zeros([3])])", "animate([zeros([2, 2])], fps = 61)", "animate([zeros([2, 2])], range = [1, 0])", "animate([zeros([2, 2])], fps = nan)"] {
      #expect(throws: Diagnostic.self) { _ = try animation(wrong) }
    }
  }

  // MARK: files

  private struct Chunk {
    let name: String
    let body: [UInt8]
  }

  private func chunks(_ file: [UInt8]) throws -> [Chunk] {
    var chunks: [Chunk] = []
    var at = 8
    while at < file.count {
      let count = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      let named = Array(file[(at + 4)..<(at + 8 + count)])
      let sum = file[(at + 8 + count)..<(at + 12 + count)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      #expect(named.withUnsafeBytes { Deflate.checksum($0) } == sum)
      chunks.append(Chunk(name: String(decoding: named.prefix(4), as: UTF8.self), body: Array(named.dropFirst(4))))
      at += 12 + count
    }
    return chunks
  }

  /// Readers without animation see the last frame; the others find each frame, in order.
  @Test func animatedPNG() throws {
    var pictures = try frames(3)
    pictures.append(try SamplePictures.gradient(4, 4))
    let file = try Animation(pictures, framesPerSecond: 8).data()
    let still = try file.withUnsafeBytes { try PNG.read($0) }
    #expect(still.bytes == pictures[3].pixels)

    let chunks = try chunks(file)
    #expect(chunks.map(\.name) == ["IHDR", "acTL", "IDAT"] + Array(repeating: ["fcTL", "fdAT"], count: 4).flatMap { $0 } + ["IEND"])
    #expect(chunks[1].body == [0, 0, 0, 4, 0, 0, 0, 0])
    let numbered = chunks.filter { ["fcTL", "fdAT"].contains($0.name) }
    #expect(numbered.map { $0.body.prefix(4).reduce(0) { $0 << 8 | Int($1) } } == Array(0..<8))
    // 125 ms each, the last two seconds.
    let delays = chunks.filter { $0.name == "fcTL" }.map { Int($0.body[20]) << 8 | Int($0.body[21]) }
    #expect(delays == [125, 125, 125, 2000])
    // The frames' data in the still image's place.
    for (index, picture) in pictures.enumerated() {
      let data = Array(chunks.filter { $0.name == "fdAT" }[index].body.dropFirst(4))
      var unpacked = [UInt8](repeating: 0, count: 4 * (1 + 3 * 4))
      try data.withUnsafeBytes { data in try unpacked.withUnsafeMutableBytes { try Deflate.unpack(data, .zlib, into: $0) } }
      // Filtered or not, a row of a flat frame begins with its first pixel.
      if index < 3 { #expect(unpacked[1] == picture.pixels[0]) }
    }
  }

  @Test func framesThatDoNotMatchAreNoFile() throws {
    let (small, large) = (try frames(1)[0].raster, try frames(1, side: 5)[0].raster)
    #expect(throws: FormatError.self) { try AnimatedPNG.bytes([small, large], still: small, framesPerSecond: 8, hold: 2) }
    #expect(throws: FormatError.self) { try AnimatedPNG.bytes([], still: small, framesPerSecond: 8, hold: 2) }
  }

  /// The longest delay that the format knows, and nothing beyond.
  @Test func veryLongDelays() throws {
    let file = try Animation(frames(2), framesPerSecond: 0.001).data()
    let controls = try chunks(file).filter { $0.name == "fcTL" }
    #expect(controls.allSatisfy { $0.body[20] == 255 && $0.body[21] == 255 })
  }

  // MARK: playing

  /// Each frame is drawn over the one before, and the last one stays.
  @Test(arguments: [ImageForm.blocks(.trueColour), .ascii(AsciiArt.Paper())])
  func framesAreDrawnOverOneAnother(form: ImageForm) throws {
    let sent = Sent()
    sent.display(form).show(try Animation(frames(3, side: 30), framesPerSecond: 50))
    let lines = sent.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.first == "[animation 3 frames, 30x30, 50 a second]")
    let rows = (lines.count - 1) / 3
    #expect(lines.count == 3 * rows + 1 && rows > 5)
    #expect(sent.text.components(separatedBy: "\u{1b}[\(rows)A").count == 3)
    if case .blocks = form { #expect(lines.last?.contains("38;2;20;20;20") == true) }
  }

  @Test func sixelFramesStandInOnePlace() throws {
    let sent = Sent()
    let room = PictureRoom(width: 800, height: 440, cell: .usual)
    sent.display(.sixel(room)).show(try Animation(frames(3, side: 100), framesPerSecond: 50))
    let images = sent.text.components(separatedBy: "\u{1b}P").count - 1
    #expect(images == 3)
    // 100 pixels grow to 200: ten lines.
    #expect(sent.text.components(separatedBy: "\u{1b}[10A").count == 3 + 3)
  }

  /// kitty is told to put each in the place of the one before.
  @Test func kittyFramesHaveOneNumber() throws {
    let sent = Sent()
    let room = PictureRoom(width: 800, height: 440, cell: .usual)
    sent.display(.kitty(room, inTmux: false)).show(try Animation(frames(3), framesPerSecond: 50))
    let numbers = try #require(GraphicsMessages(Array(sent.text.utf8)).kitty).compactMap { $0.keys["i"] }
    #expect(numbers.count == 3 && Set(numbers).count == 1)
  }

  @Test func whereNobodyWatchesTheLastFrameIsAll() throws {
    let sent = Sent()
    sent.display(.blocks(.trueColour), isTerminal: false).show(try Animation(frames(3), framesPerSecond: 1))
    #expect(sent.text.contains("38;2;20;20;20") && !sent.text.contains("38;2;10;10;10"))
    sent.clear()
    sent.display(.caption, isTerminal: false).show(try Animation(frames(3), framesPerSecond: 1))
    #expect(sent.text == "[animation 3 frames, 4x4, 1 a second]\n")
  }

  /// A terminal whose cells have no known size cannot be drawn over: it gets the last frame.
  @Test func unknownCells() throws {
    let sent = Sent()
    sent.display(.sixel(PictureRoom(width: 800, height: 440, cell: nil))).show(try Animation(frames(3), framesPerSecond: 1))
    #expect(sent.text.components(separatedBy: "\u{1b}P").count == 2)
  }

  // MARK: shown again

  @Test func theLastEightAreKept() throws {
    let sent = Sent()
    let display = sent.display(.caption)
    #expect(!display.redraw() && display.recent.all.isEmpty)
    for picture in try frames(12) { display.show(picture) }
    #expect(display.recent.all.count == 8)
    display.show(Plot.line([1, 2]))
    sent.clear()
    #expect(display.redraw() && sent.text == "[plot 2 points]\n")
    sent.clear()
    #expect(display.redraw(1) && sent.text == "[image 4x4]\n")
    #expect(!display.redraw(8) && !display.redraw(-1))
    // What is shown again is not new.
    #expect(display.recent.all.count == 8)
  }

  /// In the present size, and an animation without playing.
  @Test func redrawnInThePresentSize() throws {
    let sent = Sent()
    let width = Mutex(100)
    let console = Console(isTerminal: true, isColoured: true, columns: 80) { _ in }
    let display = Display(console: console) { .init(form: .sixel(PictureRoom(width: width.withLock { $0 }, height: 400, cell: .usual)), theme: .light) }
    display.show(try SamplePictures.gradient(300, 30))
    width.withLock { $0 = 50 }
    #expect(display.redraw())
    let played = sent.display(.blocks(.trueColour))
    played.show(try Animation(frames(2), framesPerSecond: 50))
    sent.clear()
    #expect(played.redraw())
    #expect(sent.text.hasPrefix("[animation 2 frames") && !sent.text.contains("38;2;0;0;0"))
  }
}
