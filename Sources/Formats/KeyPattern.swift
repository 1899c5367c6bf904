// Names of arrays by pattern: `ema_params/*`. A star stands for any run of characters, `/` included, a question mark for
// one; a pattern that names a whole part of the tree wants all below it.

struct KeyPattern: Sendable, CustomStringConvertible {
  let description: String
  private let pattern: [Character]

  init(_ text: String) {
    description = text
    pattern = Array(text)
  }

  /// Whether an array is wanted, by its path with `/` between names. Formats without trees keep dots between names:
  /// `net/*` finds `net.norm.weight` as well.
  func matches(_ name: String) -> Bool {
    let path = Array(name)
    return fits(path) || (path.contains(".") && fits(path.map { $0 == "." ? "/" : $0 }))
  }

  private func fits(_ path: [Character]) -> Bool { fits(path, pattern) || fits(path, pattern + ["/", "*"]) }

  /// On a mismatch the latest star takes one character more: no earlier star can do better.
  private func fits(_ path: [Character], _ pattern: [Character]) -> Bool {
    var (place, here) = (0, 0)
    var star: (after: Int, from: Int)?
    while place < path.count {
      if here < pattern.count, pattern[here] == "*" {
        star = (here + 1, place)
        here += 1
      } else if here < pattern.count, pattern[here] == "?" || pattern[here] == path[place] {
        here += 1
        place += 1
      } else if let last = star {
        star = (last.after, last.from + 1)
        (here, place) = (last.after, last.from + 1)
      } else {
        return false
      }
    }
    return pattern[here...].allSatisfy { $0 == "*" }
  }

  /// The error where no name fits, with the names that come nearest.
  func nothing(among names: some Sequence<String>) -> Malformed {
    let depth = pattern.split(separator: "/").prefix { !$0.contains("*") && !$0.contains("?") }.count
    let wanted = Array(description.prefix(64))
    var distances: [String: Int] = [:]
    for name in names {
      let parts = name.split(separator: "/", maxSplits: max(depth, 1), omittingEmptySubsequences: false)
      let start = parts.prefix(max(depth, 1)).joined(separator: "/")
      guard distances[start] == nil else { continue }
      // What a file of a million names holds need not be measured whole.
      guard distances.count < 10_000 else { break }
      distances[start] = Self.distance(wanted.prefix { $0 != "*" && $0 != "?" }, start.prefix(64))
    }
    let near = distances.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(5).map(\.key)
    return Malformed(
      "nothing in it is named like \"\(description)\"", hint: near.isEmpty ? nil : "there are \(near.joined(separator: ", "))")
  }

  /// Levenshtein's.
  private static func distance(_ a: some Sequence<Character>, _ b: some Sequence<Character>) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var corner = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        (corner, row[j + 1]) = (row[j + 1], min(corner + (x == y ? 0 : 1), row[j] + 1, row[j + 1] + 1))
      }
    }
    return row[b.count]
  }
}
