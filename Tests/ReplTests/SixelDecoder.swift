// A sixel decoder for the tests, written from the VT330/VT340 manual: raster attributes, RGB colour registers,
// repeats, carriage returns and new bands. It knows nothing of the encoder.

/// A decoded picture: colour registers in hundredths, and -1 where nothing was drawn.
struct SixelDecoder {
  var width = 0
  var height = 0
  var pixels: [[Int]] = []
  var registers: [Int: [Int]] = [:]

  /// Reads `ESC P ... q ... ESC \`; nil when the text is not that.
  init?(_ bytes: [UInt8]) {
    guard let start = bytes.firstIndex(of: UInt8(ascii: "q")), bytes.prefix(2) == [0x1B, 0x50],
      bytes.suffix(2) == [0x1B, 0x5C]
    else { return nil }
    var rest = bytes[(start + 1)..<(bytes.count - 2)]
    var column = 0
    var band = 0
    var colour = 0
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""):
        let numbers = Self.numbers(&rest)
        guard numbers.count == 4 else { return nil }
        (width, height) = (numbers[2], numbers[3])
        pixels = Array(repeating: Array(repeating: -1, count: width), count: height)
      case UInt8(ascii: "#"):
        let numbers = Self.numbers(&rest)
        colour = numbers[0]
        if numbers.count == 5 {
          guard numbers[1] == 2 else { return nil }
          registers[colour] = Array(numbers[2...])
        }
      case UInt8(ascii: "$"): column = 0
      case UInt8(ascii: "-"):
        column = 0
        band += 1
      case UInt8(ascii: "!"):
        guard let count = Self.numbers(&rest).first, let dots = rest.popFirst() else { return nil }
        for _ in 0..<count { draw(dots, &column, band, colour) }
      case 0x3F...0x7E: draw(byte, &column, band, colour)
      case 0x0A, 0x0D: break
      default: return nil
      }
    }
  }

  /// The colour of a pixel in hundredths, nil where nothing was drawn.
  func colour(_ column: Int, _ row: Int) -> [Int]? { registers[pixels[row][column]] }

  private mutating func draw(_ byte: UInt8, _ column: inout Int, _ band: Int, _ colour: Int) {
    for dot in 0..<6 where (byte - 0x3F) >> UInt8(dot) & 1 == 1 {
      let row = 6 * band + dot
      if row < height, column < width { pixels[row][column] = colour }
    }
    column += 1
  }

  private static func numbers(_ rest: inout ArraySlice<UInt8>) -> [Int] {
    var numbers = [0]
    while let byte = rest.first, (0x30...0x39).contains(byte) || byte == UInt8(ascii: ";") {
      rest.removeFirst()
      if byte == UInt8(ascii: ";") {
        numbers.append(0)
      } else {
        numbers[numbers.count - 1] = 10 * numbers[numbers.count - 1] + Int(byte - 0x30)
      }
    }
    return numbers
  }
}
