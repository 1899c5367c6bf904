// What happens to a file of a data set that cannot be read: the run stops and names it, or the next one in the set's
// order takes its place, counted and named.

import Dispatch
import Formats
import Synchronization

/// What to do with unreadable files.
public enum UnreadablePolicy: String, Sendable, CaseIterable {
  case stop
  case skip
}

/// Reads files of a data set by number, several at once.
final class FileReading: Sendable {
  private let policy: UnreadablePolicy
  private let unreadable = Mutex<[Int: String]>([:])
  /// So many in a row are a folder that went away, not single damaged files.
  private static let mostInARow = 100

  init(_ policy: UnreadablePolicy) { self.policy = policy }

  /// What was wrong with the files that were passed over, in their order.
  var problems: [String] { unreadable.withLock { $0.sorted { $0.key < $1.key }.map(\.value) } }

  /// Reads rows, each by `read`. The replacement of a file depends on the files alone, not on when it is read.
  func rows<Item: Sendable>(_ rows: [Int], of count: Int, _ read: @Sendable (Int) throws -> Item) throws -> [Item] {
    let found = Mutex<[Result<Item, any Error>?]>(Array(repeating: nil, count: rows.count))
    DispatchQueue.concurrentPerform(iterations: rows.count) { place in
      let result = Result { try self.item(rows[place], count, read) }
      found.withLock { $0[place] = result }
    }
    return try found.withLock { try $0.compactMap { try $0?.get() } }
  }

  private func item<Item>(_ row: Int, _ count: Int, _ read: (Int) throws -> Item) throws -> Item {
    for distance in 0..<min(count, Self.mostInARow) {
      let row = (row + distance) % count
      do {
        return try read(row)
      } catch let error as FormatError {
        guard policy == .skip else { throw error }
        unreadable.withLock { $0[row] = error.message }
      }
    }
    throw FormatError(.io, "", "none of \(min(count, Self.mostInARow)) files in a row can be read; the first: \(problems.first ?? "")")
  }
}
