// A picture by iTerm2's protocol for inline images, which WezTerm, mintty and Konsole understand too: a PNG in base64 in
// one message, with the room in cells that it is to fill.
// https://iterm2.com/documentation-images.html

enum ITermPicture {
  /// The bytes that draw the picture at the start of a line and leave the cursor at the start of the line below it.
  /// - Throws: an error of the PNG writer.
  static func draw(_ picture: Picture, in room: PictureRoom, inTmux: Bool = false) throws -> PicturePainter.Drawing {
    let image = try EncodedPicture(picture, in: room)
    let head =
      "\u{1b}]1337;File=inline=1;size=\(image.png.count);width=\(image.columns);height=\(image.rows);preserveAspectRatio=1:"
    let message = Array(head.utf8) + image.base64 + [7]
    return .init(
      bytes: PictureRoom.placed(inTmux ? Tmux.passedThrough(message) : message, rows: image.rows), rows: image.rows)
  }
}
