// Pixels as they are seen: the program in xterm with sixel and in tmux with half blocks. `make test-terminal` installs what
// they need.

import Foundation
import Testing

@testable import Repl

@Suite(
  .enabled(if: GraphicsScreen.isAvailable && TerminalSession.program != nil, "xvfb, xterm and imagemagick are needed, and the built program"),
  .serialized)
struct XtermTests {
  /// Runs the program in an xterm of which everything is known but what the program asks; what is on the screen then.
  private func screen(_ code: String, until isDrawn: (Picture) -> Bool) throws -> Picture {
    let screen = try GraphicsScreen(width: 800, height: 640)
    let program = try #require(TerminalSession.program)
    let script = screen.folder.appendingPathComponent("script.imf")
    try code.write(to: script, atomically: true, encoding: .utf8)
    try screen.openXterm(columns: 120, rows: 45, running: "'\(program)' script.imf 2>&1; sleep 60".replacing("script.imf", with: script.path))
    let end = Date().addingTimeInterval(20)
    var picture = try screen.picture()
    while !isDrawn(picture), Date() < end { picture = try screen.picture() }
    return picture
  }

  /// xterm's levels of sixel's hundredths.
  private let tolerance = 3

  /// 64 greys, each a square of 32 pixels, all where they belong.
  @Test func everyPixelOfAnImage() throws {
    let greys = try Picture(width: 8, height: 8, grey: (0..<64).map { UInt8((Double($0) / 63 * 255).rounded()) }).upscaled(32)
    let seen = try screen("show(grid(arange(64).reshape(1, 8, 8, 1) / 63))") { $0.place(of: greys, tolerance: tolerance) != nil }
    let place = try #require(seen.place(of: greys, tolerance: tolerance))
    // Below the caption, at the left margin.
    #expect(place.column < 8 && (13..<40).contains(place.row))
  }

  /// The plot is the one that we draw, in the dark theme that the black background asks for.
  @Test func aPlotInTheThemeOfTheBackground() throws {
    let plot = Plot.line([3, 1, 2])
    let paper = Theme.dark.paper
    let sheet = try Picture(
      width: 60, height: 3,
      pixels: (0..<540).map { UInt8(([paper.red, paper.green, paper.blue][$0 % 3] * 255).rounded()) })
    let seen = try screen("show(plot([3, 1, 2]))") { $0.place(of: sheet, tolerance: tolerance) != nil }
    #expect(seen.place(of: sheet, tolerance: tolerance) != nil)
    let line = Theme.dark.series[0]
    let wanted = [line.red, line.green, line.blue].map { Int($0 * 255) }
    let hits = stride(from: 0, to: seen.pixels.count, by: 3).count { start in
      (0..<3).allSatisfy { abs(Int(seen.pixels[start + $0]) - wanted[$0]) <= 6 }
    }
    let drawn = try plot.picture(theme: .dark)
    let expected = stride(from: 0, to: drawn.pixels.count, by: 3).count { start in
      (0..<3).allSatisfy { abs(Int(drawn.pixels[start + $0]) - wanted[$0]) <= 6 }
    }
    #expect(expected > 500 && abs(hits - expected) < expected / 3)
  }

  /// An animation ends with its last frame, where the first one stood; text goes on below.
  @Test func anAnimationEndsInPlace() throws {
    let last = try Picture(width: 2, height: 2, grey: [255, 0, 0, 255]).upscaled(100)
    let code = "animate([tensor([[0, 1], [1, 0]]), tensor([[1, 1], [0, 0]]), tensor([[1, 0], [0, 1]])], fps = 10) |> show; print(\"below\")"
    let seen = try screen(code) { $0.place(of: last, tolerance: tolerance) != nil }
    let place = try #require(seen.place(of: last, tolerance: tolerance))
    // A second frame below the first would stand 200 pixels lower.
    #expect(place.row < 100)
  }
}

@Suite(
  .enabled(if: GraphicsScreen.path(of: "tmux") != nil && TerminalSession.program != nil, "tmux is needed, and the built program"), .serialized)
struct TmuxScreenTests {
  /// What a pane shows after the program ran in it, with colours.
  private func pane(_ code: String, until wanted: String) throws -> String {
    let socket = "imf-test-\(UUID().uuidString.prefix(8))"
    let program = try #require(TerminalSession.program)
    let scratch = try ScratchFolder()
    func started(_ arguments: [String], output: FileHandle = .nullDevice) throws -> Process {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try #require(GraphicsScreen.path(of: "tmux")))
      process.arguments = ["-L", socket, "-f", "/dev/null"] + arguments
      process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "TERM": "xterm-256color"]
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.start()
      return process
    }
    /// What a command of the server writes, or nothing if it failed.
    func tmux(_ arguments: [String]) throws -> String? {
      // Into a file: a pipe stays open in whatever other tests start meanwhile.
      let file = scratch.file("output")
      #expect(FileManager.default.createFile(atPath: file, contents: nil))
      let process = try started(["-N"] + arguments, output: try #require(FileHandle(forWritingAtPath: file)))
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { return nil }
      return String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }
    // The server in the foreground: a client that made one in the background would leave it what Foundation waits for.
    let server = try started(["-D"])
    defer {
      server.terminate()
      server.waitUntilExit()
    }
    let session = [
      "set-option", "-g", "default-terminal", "tmux-256color", ";", "new-session", "-d", "-x", "100", "-y", "40",
      "'\(program)' -e '\(code)' </dev/null; sleep 60",
    ]
    let listening = Date().addingTimeInterval(10)
    while try tmux(session) == nil, Date() < listening { usleep(20_000) }
    let end = Date().addingTimeInterval(20)
    var text = ""
    repeat {
      text = try tmux(["capture-pane", "-e", "-p"]) ?? ""
      usleep(50_000)
    } while !text.contains(wanted) && Date() < end
    return text
  }

  /// tmux 3.3 has no sixel: half blocks in its 256 colours, black above and white below.
  @Test func halfBlocks() throws {
    let text = try pane("show(grid(arange(4).reshape(1, 2, 2, 1) / 3)); print(\"after\")", until: "after")
    #expect(text.contains("[image 2x2") && text.contains("▀"))
    for colour in ["38;5;16", "48;5;231"] { #expect(text.contains(colour)) }
    #expect(!text.contains("Pq") && !text.contains("_G"))
  }

  @Test func plotsInBraille() throws {
    let text = try pane("show(plot({a: [1, 10, 100], b: [100, 10, 1]}, log = \"y\", title = \"both\"))", until: "[plot")
    #expect(text.contains("both") && text.contains("■") && text.contains("[plot both, 2 series, 6 points, log y]"))
    #expect(text.unicodeScalars.contains { ("\u{2801}"..."\u{28FF}").contains($0) })
    for label in ["100┤", " 10┤", "  1┤"] { #expect(text.contains(label)) }
  }
}
