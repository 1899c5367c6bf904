import Synchronization
import Testing

@testable import Repl

/// Progress on a terminal and in a pipe, with a clock of our own.
struct ProgressTests {
  /// An output that remembers, and a clock that is set.
  private final class Stage: Sendable {
    let bytes = Mutex<[UInt8]>([])
    let now = Mutex<Double>(0)

    func console(isTerminal: Bool, columns: Int = 80) -> Console {
      Console(isTerminal: isTerminal, isColoured: false, columns: columns) { sent in
        self.bytes.withLock { $0 += sent }
      }
    }

    func progress(_ total: Int?, on console: Console) -> Progress {
      Progress("train", total: total, console: console) { self.now.withLock { $0 } }
    }

    func set(_ time: Double) { now.withLock { $0 = time } }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
  }

  @Test func plainLinesAtEachTenth() {
    let stage = Stage()
    let progress = stage.progress(1000, on: stage.console(isTerminal: false))
    for step in 1...1000 {
      stage.set(Double(step) * 0.01)
      progress.update(step, ["loss": 1 / Double(step)])
    }
    progress.finish()
    progress.finish()
    let lines = stage.text.split(separator: "\n")
    #expect(lines.count == 10)
    #expect(lines.first == "train  10 %  100/1000  100.0/s  9 s left  loss 0.01000")
    #expect(lines.last == "train  1000/1000  100.0/s  10 s  loss 0.001000")
    #expect(!stage.text.utf8.contains(0x0D))
    #expect(!stage.text.utf8.contains(0x1B))
  }

  @Test func slowWorkSpeaksEveryTenSeconds() {
    let stage = Stage()
    let progress = stage.progress(nil, on: stage.console(isTerminal: false))
    for step in 1...35 {
      stage.set(Double(step))
      progress.update(step)
    }
    #expect(stage.text == "train  10  1.000/s\ntrain  20  1.000/s\ntrain  30  1.000/s\n")
  }

  @Test func oneLiveLineOnATerminal() {
    let stage = Stage()
    let progress = stage.progress(10, on: stage.console(isTerminal: true))
    progress.update(1, ["loss": 0.5])
    stage.set(0.05)
    progress.update(2)
    stage.set(1)
    progress.update(5)
    progress.finish()
    let shown = stage.text.split(separator: "\r", omittingEmptySubsequences: true)
    #expect(
      shown == [
        "\u{1b}[Ktrain  10 %  [█▌              ]  1/10  0 s left  loss 0.5000",
        "\u{1b}[Ktrain  50 %  [████████        ]  5/10  5.000/s  1 s left  loss 0.5000",
        "\u{1b}[K" + "train  5/10  5.000/s  1 s  loss 0.5000\n",
      ])
  }

  @Test func theCourseOfTheLoss() {
    let stage = Stage()
    let progress = stage.progress(100, on: stage.console(isTerminal: true, columns: 120))
    for step in 1...100 {
      stage.set(Double(step))
      progress.update(step, ["loss": 1 / Double(step)])
    }
    #expect(stage.text.contains("█▂▁▁▁▁▁▁▁▁▁▁"))
  }

  @Test(arguments: [
    ([], ""), ([1], ""), ([1, 2], "▁█"), ([2, 1], "█▁"), ([3, 3, 3], "▁▁▁"), ([.nan, .infinity, 1, 2], "▁█"), ([-1e308, 1e308], "▁█"),
  ] as [([Double], String)])
  func sparks(values: [Double], text: String) {
    var line = Sparkline()
    for value in values { line.add(value) }
    #expect(line.text(cells: 12) == text)
  }

  /// However many numbers, the whole course is seen.
  @Test func aLongCourse() {
    var line = Sparkline()
    for value in 0..<100_000 { line.add(Double(value)) }
    let text = line.text(cells: 8)
    #expect(text.count == 8 && text.first == "▁" && text.last == "█" && Array(text) == text.sorted())
  }

  @Test func textGoesAboveTheLiveLine() {
    let stage = Stage()
    let console = stage.console(isTerminal: true)
    console.setLive("busy")
    console.write("said\n")
    console.write("unfinished")
    console.setLive(nil)
    console.setLive(nil)
    console.write("after\n")
    #expect(
      stage.text
        == "\r\u{1b}[Kbusy\r\u{1b}[Ksaid\nbusy\r\u{1b}[Kunfinished\nbusy\r\u{1b}[Kafter\n")
  }

  @Test func aLineNeverWraps() {
    let stage = Stage()
    let progress = stage.progress(10, on: stage.console(isTerminal: true, columns: 20))
    progress.update(1, ["a rather long name": 1])
    #expect(stage.text.dropFirst("\r\u{1b}[K".count).count <= 19)
  }

  @Test(arguments: [
    (0.0, "0"), (1.0, "1.000"), (0.012345, "0.01235"), (123.456, "123.5"), (12345.6, "12346"),
    (1234567, "1.235e6"), (0.00001234, "1.234e-5"), (-2.5, "-2.500"), (.nan, "nan"), (-.infinity, "-inf"),
  ] as [(Double, String)])
  func shortNumbers(value: Double, text: String) { #expect(NumberText.short(value) == text) }

  @Test(arguments: [
    (2.345, 2, "2.35"), (0.05, 1, "0.1"), (-0.001, 2, "0.00"), (1e20, 2, "1e+20"), (999.999, 2, "1000.00"),
  ] as [(Double, Int, String)])
  func fixedNumbers(value: Double, decimals: Int, text: String) {
    #expect(NumberText.fixed(value, decimals: decimals) == text)
  }

  @Test(arguments: [
    (3.4, "3 s"), (59.6, "1:00"), (125, "2:05"), (3723, "1:02:03"), (.infinity, "?"), (-4, "0 s"),
  ] as [(Double, String)])
  func durations(seconds: Double, text: String) { #expect(NumberText.duration(seconds) == text) }
}
