// Whole keys out of scalars: an arrow is one key though terminals send three scalars for it. Control sequences that no binding
// knows are dropped whole - keys we have no use for, answers of a terminal that come when nobody waits for them any more - so
// that none leaves its tail in the text.

/// The keyboard as the prompt sees it.
final class KeyReader {
  enum Arrival: Equatable {
    case key([Unicode.Scalar])
    case signal
    case end
  }

  private let input: TerminalInput
  private let known: Set<[Unicode.Scalar]>
  private var returned: [[Unicode.Scalar]] = []
  /// Whether an Escape was handed out by itself: who types Escape and then a letter means one key, too.
  private var escapeIsOut = false

  static let escape: Unicode.Scalar = "\u{1b}"
  /// What remains to be said of a dropped sequence whose Escape is out: a key that does nothing.
  static let nothing: [Unicode.Scalar] = ["[", "5", "~"]
  /// Scalars of one sequence come together; a person is slower, and so is the end of a long answer.
  private static let gap = 40
  private static let longGap = 100

  /// - Parameter known: the control sequences that mean something, with their Escape.
  init(_ input: TerminalInput, known: Set<[Unicode.Scalar]>) {
    self.input = input
    self.known = known
  }

  /// Waits for the next key.
  func next() -> Arrival {
    if !returned.isEmpty { return .key(returned.removeFirst()) }
    while true {
      switch input.nextScalar() {
      case .end: return .end
      case .signal: return .signal
      case .silence: continue
      case .scalar(let scalar):
        if let key = key(from: scalar) { return .key(key) }
      }
    }
  }

  /// Hands a key out again, before all others.
  func giveBack(_ key: [Unicode.Scalar]) { returned.insert(key, at: 0) }

  /// One scalar of pasted text; nil where the terminal goes silent or away. Signals wait: cut short, the rest of a paste would
  /// be taken for keys.
  func nextPasted() -> Unicode.Scalar? {
    guard case .scalar(let scalar) = input.nextScalar(milliseconds: 2000, heedsSignals: false) else { return nil }
    return scalar
  }

  private func key(from first: Unicode.Scalar) -> [Unicode.Scalar]? {
    if escapeIsOut {
      escapeIsOut = false
      // Not part of that key: the Escape is made nothing of, and what begins here comes next.
      guard first != Self.escape else {
        if let next = key(from: first) { giveBack(next) }
        return Self.nothing
      }
      guard let sequence = sequence(after: first) else { return Self.nothing }
      return Array(sequence.dropFirst())
    }
    guard first == Self.escape else { return [first] }
    guard case .scalar(let second) = input.nextScalar(milliseconds: Self.gap) else {
      escapeIsOut = true
      return [first]
    }
    // An Escape before a sequence is Alt or impatience.
    return second == Self.escape ? key(from: second) : sequence(after: second)
  }

  /// Reads on behind Escape and a scalar; nil where it is a sequence that nobody knows.
  private func sequence(after second: Unicode.Scalar) -> [Unicode.Scalar]? {
    var sequence = [Self.escape, second]
    switch second {
    case "[":
      read(into: &sequence, gap: Self.longGap) { (0x40...0x7E).contains($0.last!.value) }
      // The Linux console's function keys, ESC [ [ A.
      if sequence.last == "[", sequence.count == 3 { read(into: &sequence, gap: Self.longGap) { _ in true } }
    case "O": read(into: &sequence, gap: Self.gap) { _ in true }
    case "P", "_", "]", "^", "X":
      read(into: &sequence, gap: Self.longGap) { $0.last == "\u{7}" || $0.suffix(2) == [Self.escape, "\\"] }
    default: return sequence
    }
    return known.contains(sequence) ? sequence : nil
  }

  /// Reads until the sequence is whole, a silence or an unreasonable length.
  private func read(into sequence: inout [Unicode.Scalar], gap: Int, until isWhole: ([Unicode.Scalar]) -> Bool) {
    while sequence.count < 4096, case .scalar(let scalar) = input.nextScalar(milliseconds: gap) {
      sequence.append(scalar)
      if isWhole(sequence) { return }
    }
  }
}
