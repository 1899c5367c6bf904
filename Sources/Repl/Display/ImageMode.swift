// Names of the forms pictures take: those a user may choose, and those an output gets. What decides is in
// ImageSurroundings.

/// The forms that `--images` and IMF_IMAGES name.
enum ImageMode: String, CaseIterable, Sendable {
  case auto, sixel, kitty, iterm, blocks, ascii, none
}

/// The form pictures take on an output.
enum ImageForm: Sendable, Equatable {
  case sixel(PictureRoom)
  case kitty(PictureRoom, inTmux: Bool)
  case iterm(PictureRoom, inTmux: Bool)
  case blocks(BlockArt.Depth)
  case ascii(AsciiArt.Paper)
  /// Only the caption.
  case caption

  /// The room of pictures in pixels, nil where they are made of characters.
  var room: PictureRoom? {
    switch self {
    case .sixel(let room), .kitty(let room, _), .iterm(let room, _): room
    case .blocks, .ascii, .caption: nil
    }
  }
}
