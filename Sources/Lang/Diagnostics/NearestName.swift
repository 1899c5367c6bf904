// "Did you mean": the known name nearest to a mistaken one, and none where only chance makes two names alike. A wrong
// suggestion costs more than a missing one, so short names must match better than long ones.

/// The candidate that a slip of the finger or of memory is likeliest to have turned into the name; nil where none is.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  let slip = Slip(name)
  var best: (name: String, cost: Int)?
  // Sorted, so that a tie falls the same way every time.
  for candidate in Set(candidates).sorted() where candidate != name {
    guard let cost = slip.cost(to: candidate), cost < best?.cost ?? .max else { continue }
    best = (candidate, cost)
  }
  return best?.name
}

/// A mistaken name, ready to be compared with many.
private struct Slip {
  /// Costs are in quarters of an edit.
  private static let edit = 4
  private static let usual = 3
  /// Nobody misspells a longer word; comparing costs the product of the lengths.
  private static let longest = 100
  private let letters: [UInt8]

  init(_ name: String) { letters = Self.plain(name) }

  /// One edit in three letters; among words of three letters nothing but the usual slips.
  private static func limit(_ longer: Int) -> Int { longer < 4 ? usual : edit * min(longer / 3, 3) }

  /// Without capitals and underscores: `learningRate` and `learning_rate` are one name.
  private static func plain(_ name: String) -> [UInt8] {
    name.utf8.filter { $0 != UInt8(ascii: "_") }.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
  }

  /// nil where the candidate is too far away.
  func cost(to candidate: String) -> Int? {
    let other = Self.plain(candidate)
    if letters == other { return letters.isEmpty ? nil : 1 }
    // A name of one or two letters is near everything, so near nothing.
    guard letters.count >= 3, other.count >= 2, max(letters.count, other.count) <= Self.longest else { return nil }
    // The beginning of a longer name: `float` for `float32`.
    if other.starts(with: letters) { return Self.usual + min(other.count - letters.count, Self.edit) }
    let limit = Self.limit(max(letters.count, other.count))
    guard abs(letters.count - other.count) * Self.usual <= limit else { return nil }
    // The first letter is the one that is seldom wrong.
    let found = distance(to: other) + (letters[0] == other[0] ? 0 : 1)
    return found <= limit ? found : nil
  }

  /// Insertions, deletions, replacements and swaps of neighbours (Damerau, optimal string alignment). The usual slips
  /// cost less than a whole edit: a swap, a letter doubled or not, one vowel for another, an `s` at the end.
  private func distance(to other: [UInt8]) -> Int {
    let edit = Self.edit, usual = Self.usual
    func removal(_ word: [UInt8], _ place: Int) -> Int {
      let isDoubled = place > 0 && word[place - 1] == word[place]
      let isPlural = place == word.count - 1 && word[place] == UInt8(ascii: "s")
      return isDoubled || isPlural ? usual : edit
    }
    let a = letters, b = other
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = [0]
    for j in b.indices { last.append(last[j] + removal(b, j)) }
    for i in a.indices {
      var row = [last[0] + removal(a, i)]
      for j in b.indices {
        let replaced = a[i] == b[j] ? 0 : a[i].isVowel && b[j].isVowel ? usual : edit
        var cost = min(last[j + 1] + removal(a, i), row[j] + removal(b, j), last[j] + replaced)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j], a[i] != b[j] { cost = min(cost, beforeLast[j - 1] + usual) }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}

extension UInt8 {
  fileprivate var isVowel: Bool { "aeiouy".utf8.contains(self) }
}
