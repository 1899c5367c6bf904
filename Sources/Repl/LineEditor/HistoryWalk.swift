// Up and Down through the history: only cells that begin as the text before the cursor does, and what was changed on the way is
// still there on the way back.

/// Where Up and Down have come to.
struct HistoryWalk {
  private let history: History
  /// Nil before the first step.
  private var position: Int?
  private var prefix = ""
  /// What the last step brought.
  private var shown: String?
  /// Cells as they were left, by their place; behind the last one the unfinished cell.
  private var left: [Int: String] = [:]

  init(_ history: History) { self.history = history }

  /// The next older cell; nil at the oldest.
  /// - Parameter typed: the text before the cursor, which counts where the walk begins and where a cell was changed.
  mutating func older(than current: String, typed: String) -> String? {
    let start = begin(current, typed)
    for place in (0..<start).reversed() where fits(place, current) { return arrive(place) }
    return nil
  }

  /// The next newer cell, at last the unfinished one. Nil when there.
  mutating func newer(than current: String, typed: String) -> String? {
    guard let position, position < history.count else { return nil }
    let start = begin(current, typed)
    for place in start + 1..<history.count where fits(place, current) { return arrive(place) }
    return arrive(history.count)
  }

  private mutating func begin(_ current: String, _ typed: String) -> Int {
    let place = position ?? history.count
    if current != shown {
      left[place] = current
      prefix = typed
    }
    return place
  }

  private func fits(_ place: Int, _ current: String) -> Bool {
    guard let cell = left[place] ?? history[place] else { return false }
    return cell != current && cell.hasPrefix(prefix)
  }

  private mutating func arrive(_ place: Int) -> String {
    position = place
    let cell = left[place] ?? (place < history.count ? history[place] : nil) ?? ""
    shown = cell
    return cell
  }
}
