// A picture by kitty's graphics protocol (kitty, Ghostty, WezTerm, Konsole): PNG in base64, in pieces. Inside tmux the
// pieces go through to the terminal around it, and the picture stands where kitty's placeholder characters stand: those
// are text, which tmux scrolls and redraws like any other.
// https://sw.kovidgoyal.net/kitty/graphics-protocol/

enum KittyPicture {
  /// Most base64 in one message.
  static let pieceSize = 4096

  /// The bytes that draw the picture at the start of a line and leave the cursor at the start of the line below it.
  /// - Throws: an error of the PNG writer.
  /// - Parameter number: 1 to 255, what the terminal knows the picture by. A second picture of the same number takes the
  ///   first one's place; nil for one that stays.
  static func draw(_ picture: Picture, in room: PictureRoom, number: Int? = nil) throws -> PicturePainter.Drawing {
    let image = try EncodedPicture(picture, in: room)
    // Without a size the terminal shows pixel for pixel, which is sharp.
    let size = image.isReduced || room.cell == nil ? ",c=\(image.columns),r=\(image.rows)" : ""
    let name = number.map { ",i=\($0)" } ?? ""
    let pieces = messages(image.base64, keys: "a=T,f=100,q=2,C=1\(name)\(size)")
    return .init(bytes: PictureRoom.placed(Array(pieces.joined()), rows: image.rows), rows: image.rows)
  }

  /// The same from inside tmux.
  /// - Parameter number: as for `draw`.
  static func drawInTmux(_ picture: Picture, in room: PictureRoom, number: Int) throws -> PicturePainter.Drawing {
    var room = room
    room.height = min(room.height, Placeholder.mostRows * (room.cell ?? .usual).height)
    let image = try EncodedPicture(picture, in: room)
    let pieces = messages(
      image.base64, keys: "a=T,U=1,f=100,q=2,i=\(number),c=\(image.columns),r=\(image.rows)")
    let text = Placeholder.text(columns: image.columns, rows: image.rows, number: number)
    return .init(bytes: pieces.flatMap(Tmux.passedThrough) + Array(text.utf8), rows: image.rows)
  }

  /// Base64 in messages of `pieceSize`, the first with the keys, all but the last with `m=1`. `q=2`: no answers wanted.
  static func messages(_ base64: [UInt8], keys: String) -> [[UInt8]] {
    stride(from: 0, to: base64.count, by: pieceSize).map { start in
      let end = min(start + pieceSize, base64.count)
      let head = "\u{1b}_G\(start == 0 ? keys : "q=2"),m=\(end < base64.count ? 1 : 0);"
      return Array(head.utf8) + base64[start..<end] + Array("\u{1b}\\".utf8)
    }
  }

  /// Characters that kitty shows parts of a picture for: the colour says which picture, the first mark above says which
  /// row; without further marks a character is the column after the one to its left.
  enum Placeholder {
    /// Marks for rows 0, 1, ...: the beginning of kitty's table, which goes on to 297.
    private static let marks: [UInt32] = [
      0x0305, 0x030D, 0x030E, 0x0310, 0x0312, 0x033D, 0x033E, 0x033F, 0x0346, 0x034A, 0x034B, 0x034C, 0x0350, 0x0351,
      0x0352, 0x0357, 0x035B, 0x0363, 0x0364, 0x0365, 0x0366, 0x0367, 0x0368, 0x0369, 0x036A, 0x036B, 0x036C, 0x036D,
      0x036E, 0x036F, 0x0483, 0x0484, 0x0485, 0x0486, 0x0487, 0x0592, 0x0593, 0x0594, 0x0595, 0x0597,
    ]

    static var mostRows: Int { marks.count }

    static func text(columns: Int, rows: Int, number: Int) -> String {
      marks.prefix(rows).map { mark in
        var line = String.UnicodeScalarView()
        for column in 0..<columns {
          line.append("\u{10EEEE}")
          if column == 0, let scalar = Unicode.Scalar(mark) { line.append(scalar) }
        }
        return "\u{1b}[38;5;\(number)m\(String(line))\u{1b}[39m\n"
      }.joined()
    }
  }
}
