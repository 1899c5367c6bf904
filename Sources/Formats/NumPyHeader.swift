// The header of an npy array: a Python dictionary literal with exactly descr, fortran_order and shape. Parsed, not
// evaluated; everything else that Python would accept is refused.

enum NumPyHeader {
  static func parse(_ text: String) throws -> NumPyArray.Header {
    var scanner = Scanner(text)
    var description: String?
    var isFortran: Bool?
    var shape: [Int]?
    try scanner.expect("{")
    while !scanner.take("}") {
      let key = try scanner.string()
      try scanner.expect(":")
      switch key {
      case "descr" where description == nil: description = try scanner.string()
      case "fortran_order" where isFortran == nil: isFortran = try scanner.bool()
      case "shape" where shape == nil: shape = try scanner.shape()
      default: throw Malformed("the header has an unexpected field '\(key)'")
      }
      if !scanner.take(",") {
        try scanner.expect("}")
        break
      }
    }
    guard scanner.isAtEnd else { throw Malformed("the header goes on after its dictionary") }
    guard let description, let isFortran, let shape else {
      throw Malformed("the header lacks descr, fortran_order or shape")
    }
    var rest = Substring(description)
    let order = rest.first.map { "<>|=".contains($0) ? $0 : " " } ?? " "
    if order != " " { rest.removeFirst() }
    guard let kind = rest.popFirst(), kind != "O", let width = Int(rest), width >= (kind == "U" || kind == "S" ? 0 : 1), width < 1 << 20 else {
      throw Malformed(
        "arrays of '\(description)' cannot be read",
        hint: description.contains("O") ? "object arrays hold Python code; save plain numbers" : nil)
    }
    return NumPyArray.Header(
      kind: kind, size: kind == "U" ? 4 * width : width, isBigEndian: order == ">", isFortran: isFortran, shape: shape)
  }

  private struct Scanner {
    private let characters: [UInt8]
    private var place = 0

    init(_ text: String) { characters = Array(text.utf8) }

    var isAtEnd: Bool {
      characters[min(place, characters.count)...].allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0 }
    }

    private mutating func skipBlanks() {
      while place < characters.count, characters[place] == 0x20 || characters[place] == 0x0A { place += 1 }
    }

    mutating func take(_ text: String) -> Bool {
      skipBlanks()
      guard characters[place...].starts(with: text.utf8) else { return false }
      place += text.utf8.count
      return true
    }

    mutating func expect(_ text: String) throws {
      guard take(text) else { throw Malformed("the header lacks '\(text)' at character \(place)") }
    }

    mutating func string() throws -> String {
      skipBlanks()
      guard place < characters.count, characters[place] == 0x27 || characters[place] == 0x22 else {
        throw Malformed(
          "the header has no text at character \(place)",
          hint: characters[place...].first == UInt8(ascii: "[") ? "arrays of records cannot be read" : nil)
      }
      let quote = characters[place]
      guard let end = characters[(place + 1)...].firstIndex(of: quote) else { throw Malformed("the header's text has no end") }
      defer { place = end + 1 }
      return String(decoding: characters[place + 1..<end], as: UTF8.self)
    }

    mutating func bool() throws -> Bool {
      if take("True") { return true }
      if take("False") { return false }
      throw Malformed("fortran_order is neither True nor False")
    }

    mutating func shape() throws -> [Int] {
      try expect("(")
      var sizes: [Int] = []
      while !take(")") {
        skipBlanks()
        let digits = characters[place...].prefix { $0 >= 0x30 && $0 <= 0x39 }
        guard let size = Int(String(decoding: digits, as: UTF8.self)) else {
          throw Malformed("the header's shape has no whole number at character \(place)")
        }
        place += digits.count
        // Python 2 wrote long integers as 3L.
        _ = take("L")
        sizes.append(size)
        guard sizes.count <= 32 else { throw Malformed("the header's shape has more than 32 axes") }
        if !take(",") {
          try expect(")")
          break
        }
      }
      return sizes
    }
  }
}
