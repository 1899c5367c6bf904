// A picture in ASCII, for terminals without colour and for locales without UTF-8: a character cell is as dense as its
// part of the picture is bright; on light paper, as it is dark.

enum AsciiArt {
  /// What the characters stand on.
  struct Paper: Sendable, Equatable {
    var isDark = true
    /// Plots may be drawn in braille; else they are put in ASCII as well.
    var hasUnicode = false
  }

  /// From empty to dense.
  private static let ramp = Array(" .:-=+*#%@")

  /// The picture in lines of at most `columns` characters, each ended by a newline.
  static func draw(_ picture: Picture, columns: Int, rows: Int = BlockArt.mostRows, isDark: Bool) -> String {
    let shown = BlockArt.sized(picture, columns: max(1, columns), rows: max(1, min(rows, BlockArt.mostRows)))
    var text = ""
    for top in stride(from: 0, to: shown.height, by: 2) {
      let line = (0..<shown.width).map { column in
        let upper = shown.brightness(column, top)
        // Two pixels a cell; the last row of an odd height stands for itself.
        let bright = top + 1 < shown.height ? (upper + shown.brightness(column, top + 1)) / 2 : upper
        let density = isDark ? bright : 1 - bright
        return ramp[min(ramp.count - 1, Int(density * Double(ramp.count)))]
      }
      text += String(line).trimmedEnd() + "\n"
    }
    return text
  }

  /// A plot's text with its braille and its rules in ASCII; all else stays.
  static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar {
          case "\u{2800}"..."\u{28FF}":
            let dots = (scalar.value & 0xFF).nonzeroBitCount
            return dots == 0 ? " " : dots < 3 ? "." : dots < 6 ? "*" : "#"
          case "│": return "|"
          case "─": return "-"
          case "┤", "┬", "└": return "+"
          case "■": return "#"
          default: return scalar
          }
        }))
  }
}

extension Picture {
  /// Brightness of a pixel as the eye weighs colours, 0 to 1.
  fileprivate func brightness(_ column: Int, _ row: Int) -> Double {
    let (red, green, blue) = colour(column, row)
    return (0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)) / 255
  }
}
