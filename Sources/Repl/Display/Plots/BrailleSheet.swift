// A sheet of braille dots, two by four a character cell; each cell has the colour of the last dot set in it.

struct BrailleSheet {
  let columns: Int
  let rows: Int
  private var dots: [UInt8]
  private var colours: [Int]

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    dots = Array(repeating: 0, count: columns * rows)
    colours = Array(repeating: 0, count: columns * rows)
  }

  /// Sets a dot; outside the sheet nothing happens.
  mutating func set(_ x: Int, _ y: Int, _ colour: Int) {
    guard x >= 0, y >= 0, x < 2 * columns, y < 4 * rows else { return }
    let cell = y / 4 * columns + x / 2
    dots[cell] |= Self.bits[x % 2 * 4 + y % 4]
    colours[cell] = colour
  }

  /// Dots 1 2 3 7 down the left, 4 5 6 8 down the right.
  private static let bits: [UInt8] = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80]

  /// Sets the dots of a straight line.
  mutating func line(from start: (Int, Int), to end: (Int, Int), _ colour: Int) {
    let steps = max(abs(end.0 - start.0), abs(end.1 - start.1))
    guard steps > 0, steps < 1_000_000 else { return set(end.0, end.1, colour) }
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      let x = Double(start.0) + share * Double(end.0 - start.0)
      let y = Double(start.1) + share * Double(end.1 - start.1)
      set(Int(x.rounded()), Int(y.rounded()), colour)
    }
  }

  /// How cells are told apart.
  enum Ink {
    /// Braille in the terminal's own colours, which suit its background; blue, the darkest on black, comes last.
    case coloured
    /// Braille alone: for a single series.
    case plain
    /// A character for each series instead of braille: where there is no colour.
    case letters
  }

  /// One row as text.
  func line(_ row: Int, _ ink: Ink) -> String {
    (0..<columns).map { column in
      let cell = row * columns + column
      guard dots[cell] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(dots[cell])) else { return " " }
      return Self.painted(String(Character(scalar)), colours[cell], ink)
    }.joined()
  }

  /// Text as a series of that number has it.
  static func painted(_ text: String, _ index: Int, _ ink: Ink) -> String {
    func pick<T>(_ items: [T]) -> T { items[((index % items.count) + items.count) % items.count] }
    switch ink {
    case .coloured: return "\u{1b}[\(pick([36, 31, 32, 35, 33, 34]))m\(text)\u{1b}[39m"
    case .plain: return text
    case .letters: return String(pick(Array("*o+x#@%&=~")))
    }
  }
}
