// Drawing with cairo: the one file that holds its pointers. Coordinates are pixels from the upper left corner.

import CCairo

/// A sheet to draw on.
final class Canvas {
  let width: Int
  let height: Int
  private let surface: OpaquePointer
  private let context: OpaquePointer

  /// Where text stands in relation to its point.
  enum Alignment { case left, middle, right }

  /// - Throws: `PictureError.size` when cairo cannot make a sheet of the size.
  init(width: Int, height: Int, paper: Colour) throws {
    guard (1...Picture.longestSide).contains(width), (1...Picture.longestSide).contains(height),
      let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
    else { throw PictureError.size(width: width, height: height) }
    guard cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS, let context = cairo_create(surface) else {
      cairo_surface_destroy(surface)
      throw PictureError.size(width: width, height: height)
    }
    self.width = width
    self.height = height
    self.surface = surface
    self.context = context
    use(paper)
    cairo_paint(context)
    cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  /// A line through points.
  func line(_ points: [(x: Double, y: Double)], colour: Colour, width: Double) {
    guard let first = points.first else { return }
    use(colour)
    cairo_set_line_width(context, width)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
    cairo_move_to(context, first.x, first.y)
    for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
    // A line of one point would be invisible.
    if points.count == 1 { cairo_line_to(context, first.x, first.y) }
    cairo_stroke(context)
  }

  /// A filled disc.
  func disc(x: Double, y: Double, radius: Double, colour: Colour) {
    use(colour)
    cairo_arc(context, x, y, radius, 0, 2 * Double.pi)
    cairo_fill(context)
  }

  /// A filled rectangle.
  func rectangle(x: Double, y: Double, width: Double, height: Double, colour: Colour) {
    use(colour)
    cairo_rectangle(context, x, y, width, height)
    cairo_fill(context)
  }

  /// One line of text, its middle height at y; turned, it runs upwards around its point.
  func text(
    _ text: String, x: Double, y: Double, size: Double, colour: Colour, alignment: Alignment = .left,
    isTurned: Bool = false
  ) {
    use(colour)
    let extents = extents(text, size: size)
    let shift = alignment == .left ? 0 : alignment == .middle ? -extents.x_advance / 2 : -extents.x_advance
    cairo_save(context)
    cairo_translate(context, x, y)
    if isTurned { cairo_rotate(context, -Double.pi / 2) }
    // Digits and capitals are about 0.72 of the size high: by it lines of any text align.
    cairo_move_to(context, shift, size * 0.36)
    cairo_show_text(context, text)
    cairo_restore(context)
  }

  /// How wide a text is.
  func textWidth(_ text: String, size: Double) -> Double { extents(text, size: size).x_advance }

  /// Runs `body` with drawing confined to a rectangle.
  func clipped(x: Double, y: Double, width: Double, height: Double, _ body: () -> Void) {
    cairo_save(context)
    cairo_rectangle(context, x, y, width, height)
    cairo_clip(context)
    body()
    cairo_restore(context)
  }

  /// What has been drawn.
  func picture(caption: String) -> Picture {
    cairo_surface_flush(surface)
    let stride = Int(cairo_image_surface_get_stride(surface))
    guard let data = cairo_image_surface_get_data(surface) else {
      return Picture(
        trusted: [UInt8](repeating: 255, count: 3 * width * height), width: width, height: height,
        caption: caption)
    }
    let pixels = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { bytes, count in
      for row in 0..<height {
        // A pixel is a 32-bit word 0x00RRGGBB.
        let words = UnsafeRawPointer(data + row * stride).assumingMemoryBound(to: UInt32.self)
        for column in 0..<width {
          let start = 3 * (row * width + column)
          bytes[start] = UInt8(truncatingIfNeeded: words[column] >> 16)
          bytes[start + 1] = UInt8(truncatingIfNeeded: words[column] >> 8)
          bytes[start + 2] = UInt8(truncatingIfNeeded: words[column])
        }
      }
      count = 3 * width * height
    }
    return Picture(trusted: pixels, width: width, height: height, caption: caption)
  }

  private func extents(_ text: String, size: Double) -> cairo_text_extents_t {
    cairo_set_font_size(context, size)
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text, &extents)
    return extents
  }

  private func use(_ colour: Colour) {
    cairo_set_source_rgba(context, colour.red, colour.green, colour.blue, colour.alpha)
  }
}
