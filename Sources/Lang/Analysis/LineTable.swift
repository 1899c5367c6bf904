// Offsets and positions as editors count them: lines from 0, columns in UTF-16 units. Unlike the language, which knows
// newlines alone, editors end a line at a carriage return, too.

public struct LineTable {
  private let bytes: [UInt8]
  private let starts: [Int]

  public init(_ text: String) {
    bytes = Array(text.utf8)
    var starts = [0]
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0A || (byte == 0x0D && (index + 1 == bytes.count || bytes[index + 1] != 0x0A)) { starts.append(index + 1) }
    }
    self.starts = starts
  }

  /// The position of a UTF-8 offset; one inside a character is at its beginning.
  public func position(of offset: Int) -> (line: Int, column: Int) {
    let offset = min(max(offset, 0), bytes.count)
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    var column = 0
    var place = starts[low]
    while place < offset {
      let (width, units) = size(at: place)
      place += width
      if place <= offset { column += units }
    }
    return (low, column)
  }

  /// The UTF-8 offset of a position. Lines beyond the text are its end, columns beyond a line the line's end, and a column
  /// between the halves of a surrogate pair is before it.
  public func offset(line: Int, column: Int) -> Int {
    guard line >= 0 else { return 0 }
    guard line < starts.count else { return bytes.count }
    var end = line + 1 < starts.count ? starts[line + 1] : bytes.count
    if end > starts[line], bytes[end - 1] == 0x0A { end -= 1 }
    if end > starts[line], bytes[end - 1] == 0x0D { end -= 1 }
    var place = starts[line]
    var rest = column
    while place < end {
      let (width, units) = size(at: place)
      if rest < units { break }
      rest -= units
      place += width
    }
    return place
  }

  /// A character's bytes, and its units in UTF-16. The bytes are those of a String: well formed.
  private func size(at place: Int) -> (width: Int, units: Int) {
    switch bytes[place] {
    case 0xF0...: (4, 2)
    case 0xE0...: (3, 1)
    case 0xC0...: (2, 1)
    default: (1, 1)
    }
  }
}
