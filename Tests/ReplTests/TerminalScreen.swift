// What a terminal would show: enough of xterm for what the prompt's editor sends.

import Lang

@testable import Repl

struct TerminalScreen {
  private(set) var cells: [[Character]]
  private(set) var row = 0
  private(set) var column = 0
  /// Whether bracketed paste is on.
  private(set) var bracketsPastes = false
  /// Bells rung.
  private(set) var bells = 0
  private var columns: Int
  private var rows: Int
  private var bytes: [UInt8] = []

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  /// The lines without the spaces at their ends, down to the last that has text.
  var lines: [String] {
    var lines = cells.map { String($0.filter { $0 != "\0" }).trimmedEnd() }
    while lines.last == "" { lines.removeLast() }
    return lines
  }

  var text: String { lines.joined(separator: "\n") }

  /// Without what terminals do to the text: lines stay where they are, the right side is cut or filled.
  mutating func resize(columns: Int, rows: Int) {
    cells = cells.suffix(rows).map { Array($0.prefix(columns)) + Array(repeating: " ", count: max(0, columns - $0.count)) }
    while cells.count < rows { cells.append(Array(repeating: " ", count: columns)) }
    row = max(0, row - max(0, self.rows - rows))
    (self.columns, self.rows) = (columns, rows)
    column = min(column, columns - 1)
  }

  mutating func feed(_ more: [UInt8]) {
    bytes += more
    while let used = take() { bytes.removeFirst(used) }
  }

  /// Acts on what comes first; how many bytes it had, nil where more must come.
  private mutating func take() -> Int? {
    guard let first = bytes.first else { return nil }
    if first == 0x1B { return escape() }
    if first < 0x20 || first == 0x7F {
      control(first)
      return 1
    }
    let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard bytes.count >= length else { return nil }
    for character in String(decoding: bytes[..<length], as: UTF8.self) { put(character) }
    return length
  }

  private mutating func control(_ byte: UInt8) {
    switch byte {
    case 7: bells += 1
    case 8: column = max(0, min(column, columns - 1) - 1)
    case 9: column = min(columns - 1, (column / 8 + 1) * 8)
    case 10: lineFeed()
    case 13: column = 0
    default: break
    }
  }

  private mutating func lineFeed() {
    if row < rows - 1 {
      row += 1
    } else {
      cells.removeFirst()
      cells.append(Array(repeating: " ", count: columns))
    }
  }

  private mutating func put(_ character: Character) {
    let width = character.displayWidth
    guard width > 0 else { return }
    if column + width > columns {
      column = 0
      lineFeed()
    }
    cells[row][column] = character
    if width == 2 { cells[row][column + 1] = "\0" }
    column += width
  }

  private mutating func escape() -> Int? {
    guard bytes.count > 1 else { return nil }
    switch bytes[1] {
    case UInt8(ascii: "["):
      guard let end = bytes[2...].firstIndex(where: { (0x40...0x7E).contains($0) }) else { return nil }
      let body = String(decoding: bytes[2..<end], as: UTF8.self)
      sequence(body, Character(Unicode.Scalar(bytes[end])))
      return end + 1
    case UInt8(ascii: "("), UInt8(ascii: ")"): return bytes.count > 2 ? 3 : nil
    case UInt8(ascii: "P"), UInt8(ascii: "]"), UInt8(ascii: "_"):
      guard let end = bytes.indices.dropFirst(2).first(where: { bytes[$0] == 7 || (bytes[$0 - 1] == 0x1B && bytes[$0] == 0x5C) }) else {
        return nil
      }
      return end + 1
    default: return 2
    }
  }

  private mutating func sequence(_ body: String, _ final: Character) {
    if body == "?2004" { bracketsPastes = final == "h" }
    guard body.allSatisfy({ $0.isNumber || $0 == ";" }) else { return }
    let numbers = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    let first = numbers.first ?? 0, count = max(1, first)
    let here = min(column, columns - 1)
    switch final {
    case "A": row = max(0, row - count)
    case "B": row = min(rows - 1, row + count)
    case "C": column = min(columns - 1, here + count)
    case "D": column = max(0, here - count)
    case "G": column = min(columns, count) - 1
    case "H", "f":
      row = min(rows, count) - 1
      column = min(columns, max(1, numbers.count > 1 ? numbers[1] : 1)) - 1
    case "K": erase(row, first == 1 || first == 2 ? 0 : here, first == 1 ? here + 1 : columns)
    case "J":
      if first == 0 { erase(row, here, columns) }
      for line in first == 2 ? 0..<rows : first == 0 ? (row + 1)..<rows : 0..<0 { erase(line, 0, columns) }
    case "P":
      cells[row].removeSubrange(here..<min(columns, here + count))
      cells[row] += Array(repeating: " ", count: columns - cells[row].count)
    case "@":
      cells[row].insert(contentsOf: Array(repeating: " ", count: count), at: here)
      cells[row].removeLast(cells[row].count - columns)
    case "X": erase(row, here, min(columns, here + count))
    default: break
    }
  }

  private mutating func erase(_ line: Int, _ start: Int, _ end: Int) {
    for place in start..<max(start, end) { cells[line][place] = " " }
  }
}
