// What Tab adds: the part that all fitting names share, or a list of them.

enum Completion {
  /// Something that may stand at the cursor, and a line about it.
  struct Choice: Equatable {
    /// What is put in.
    let text: String
    /// What the list shows for it.
    let name: String
    let note: String

    init(_ text: String, name: String? = nil, note: String = "") {
      self.text = text
      self.name = name ?? text
      self.note = note
    }
  }

  /// A word before the cursor and what it may become.
  struct Place {
    /// May be empty behind a dot or in a string.
    let word: String
    /// Whatever the word, in any order.
    let choices: [Choice]
    /// Whether choices are offered before a first letter.
    let offersAll: Bool

    init(word: String = "", choices: [Choice] = [], offersAll: Bool = false) {
      self.word = word
      self.choices = choices
      self.offersAll = offersAll
    }
  }

  /// What to do about it.
  enum Answer: Equatable {
    case nothing
    /// Text to put in at the cursor.
    case insert(String)
    /// Several names fit and share no more than was typed.
    case choices([Choice])
  }

  static func answer(_ place: Place) -> Answer {
    guard place.offersAll || !place.word.isEmpty else { return .nothing }
    var seen: Set<String> = []
    let fitting = place.choices.filter { $0.text.hasPrefix(place.word) && seen.insert($0.text).inserted }.sorted { $0.text < $1.text }
    guard let first = fitting.first, let last = fitting.last else { return .nothing }
    // Sorted, so what the first and the last share, all share.
    let shared = zip(first.text, last.text).prefix { $0 == $1 }.map(\.0)
    let added = String(shared.dropFirst(place.word.count))
    if !added.isEmpty { return .insert(added) }
    return fitting.count > 1 ? .choices(fitting) : .nothing
  }
}
