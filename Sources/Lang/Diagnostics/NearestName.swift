// "Did you mean": the known name nearest to a mistaken one.

/// The candidate with the fewest edits, where few enough to be a slip.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  let limit = max(1, min(3, name.count / 3))
  var best: (name: String, distance: Int)?
  for candidate in candidates where candidate != name {
    var distance =
      candidate.lowercased() == name.lowercased() ? 0 : editDistance(Array(name.utf8), Array(candidate.utf8), limit)
    // The beginning of a longer name: `float` for `float32`.
    if name.count >= 3, candidate.hasPrefix(name) { distance = min(distance, 1) }
    if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

/// Insertions, deletions, replacements and swaps of neighbours (Damerau, optimal string alignment);
/// anything above the limit may come back as `limit + 1`.
private func editDistance(_ a: [UInt8], _ b: [UInt8], _ limit: Int) -> Int {
  guard abs(a.count - b.count) <= limit else { return limit + 1 }
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i] + [Int](repeating: 0, count: b.count)
    for j in 1...b.count {
      row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], beforeLast[j - 2] + 1) }
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
