// How far long work has come. On a terminal one line rewritten in place, at most ten times a second; in a pipe or a
// log plain lines, at each tenth and otherwise at most every ten seconds, without carriage returns or escapes.

import Synchronization

/// The progress of one piece of work.
final class Progress: Sendable {
  private let title: String
  private let total: Int?
  private let console: Console
  private let clock: @Sendable () -> Double
  private let state: Mutex<State>

  private struct State {
    var began: Double
    var shown: Double
    var step = 0
    var fields: [(String, Double)] = []
    var tenths = 0
    var isFinished = false
    /// The course of the first of the fields.
    var trail = Sparkline()
  }

  /// - Parameters:
  ///   - title: what is done, one word.
  ///   - total: how many steps there are; nil when nobody knows.
  ///   - began: by the clock, where the work began before anybody thought it worth showing.
  ///   - clock: seconds, for tests.
  init(
    _ title: String, total: Int?, console: Console = .progress, began: Double? = nil,
    clock: @escaping @Sendable () -> Double = { Terminal.monotonicSeconds() }
  ) {
    self.title = title
    self.total = total.map { max(0, $0) }
    self.console = console
    self.clock = clock
    let now = clock()
    // The first line of a terminal comes at once, that of a log after ten seconds.
    state = Mutex(State(began: began ?? now, shown: console.isTerminal ? -1e9 : now))
  }

  /// Tells that so many steps are done.
  /// - Parameter fields: numbers to show, in this order: the latest loss.
  func update(_ step: Int, _ fields: KeyValuePairs<String, Double> = [:]) {
    state.withLock { state in
      guard !state.isFinished else { return }
      state.step = step
      if let first = fields.first {
        state.fields = fields.map { ($0.key, $0.value) }
        state.trail.add(first.value)
      }
      let now = clock()
      if console.isTerminal {
        guard now - state.shown >= 0.1 else { return }
        console.setLive(liveLine(state, now))
      } else {
        let tenths = total.map { $0 > 0 ? min(10, 10 * step / $0) : 10 } ?? 0
        // The last tenth is what `finish` writes.
        guard (tenths > state.tenths && tenths < 10) || now - state.shown >= 10 else { return }
        state.tenths = max(tenths, state.tenths)
        console.write(plainLine(state, now) + "\n")
      }
      state.shown = now
    }
  }

  /// The work is over, or given up: the last line stays. Further calls do nothing.
  func finish() {
    state.withLock { state in
      guard !state.isFinished else { return }
      state.isFinished = true
      console.setLive(nil)
      let now = clock()
      let count = total.map { "\(state.step)/\($0)" } ?? "\(state.step)"
      console.write(
        ([title, count, rate(state, now)].compactMap { $0 }
          + [NumberText.duration(now - state.began)] + fields(state)).joined(separator: "  ") + "\n")
    }
  }

  private func liveLine(_ state: State, _ now: Double) -> String {
    var parts = [title]
    if let total, total > 0 {
      let share = min(1, Double(state.step) / Double(total))
      parts.append(NumberText.fixed(100 * share, decimals: 0) + " %")
      parts.append(bar(share))
    }
    parts += counts(state, now) + fields(state)
    let trail = state.trail.text(cells: 12)
    if !trail.isEmpty { parts.append(trail) }
    return String(parts.joined(separator: "  ").prefix(max(10, console.columns - 1)))
  }

  private func plainLine(_ state: State, _ now: Double) -> String {
    var parts = [title]
    if let total, total > 0 { parts.append("\(100 * state.step / total) %") }
    return (parts + counts(state, now) + fields(state)).joined(separator: "  ")
  }

  /// `370/1000  12.3/s  0:51 left`.
  private func counts(_ state: State, _ now: Double) -> [String] {
    var parts = [total.map { "\(state.step)/\($0)" } ?? "\(state.step)"]
    if let rate = rate(state, now) { parts.append(rate) }
    if let total, state.step > 0, state.step < total {
      let left = (now - state.began) / Double(state.step) * Double(total - state.step)
      parts.append("\(NumberText.duration(left)) left")
    }
    return parts
  }

  private func rate(_ state: State, _ now: Double) -> String? {
    let seconds = now - state.began
    guard state.step > 0, seconds > 0.05 else { return nil }
    let rate = Double(state.step) / seconds
    return rate >= 1 ? NumberText.short(rate) + "/s" : NumberText.short(1 / rate) + " s each"
  }

  private func fields(_ state: State) -> [String] { state.fields.map { "\($0.0) \(NumberText.short($0.1))" } }

  /// Sixteen cells in eighths.
  private func bar(_ share: Double) -> String {
    let cells = 16
    let eighths = Int(Double(8 * cells) * share)
    let part = eighths % 8 == 0 ? "" : ["▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8 - 1]
    let text = String(repeating: "█", count: eighths / 8) + part
    return "[" + text + String(repeating: " ", count: cells - text.count) + "]"
  }
}
