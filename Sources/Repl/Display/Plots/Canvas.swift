// Drawing with cairo: the one file that holds its pointers. Coordinates are from the upper left corner, in units of which
// a raster has `scale` pixels.

import CCairo

/// A sheet to draw on.
final class Canvas {
  /// What the sheet becomes.
  enum Kind { case raster, svg }

  private let surface: OpaquePointer
  private let context: OpaquePointer
  private let sink: Sink

  /// Where text stands in relation to its point.
  enum Alignment { case left, middle, right }

  /// Where cairo writes an SVG to.
  private final class Sink { var bytes: [UInt8] = [] }

  /// - Throws: `PictureError.size` when cairo cannot make a sheet of the size.
  init(width: Int, height: Int, paper: Colour, kind: Kind = .raster, scale: Double = 1) throws {
    let (across, down) = (Int((Double(width) * scale).rounded()), Int((Double(height) * scale).rounded()))
    guard (1...Picture.longestSide).contains(across), (1...Picture.longestSide).contains(down) else {
      throw PictureError.size(width: across, height: down)
    }
    let sink = Sink()
    let made =
      switch kind {
      case .raster: cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(across), Int32(down))
      case .svg:
        cairo_svg_surface_create_for_stream(
          { closure, data, count in
            guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
            Unmanaged<Sink>.fromOpaque(closure).takeUnretainedValue().bytes += UnsafeBufferPointer(start: data, count: Int(count))
            return CAIRO_STATUS_SUCCESS
          }, Unmanaged.passUnretained(sink).toOpaque(), Double(across), Double(down))
      }
    guard let made else { throw PictureError.size(width: across, height: down) }
    guard cairo_surface_status(made) == CAIRO_STATUS_SUCCESS, let context = cairo_create(made) else {
      cairo_surface_destroy(made)
      throw PictureError.size(width: across, height: down)
    }
    surface = made
    self.context = context
    self.sink = sink
    cairo_scale(context, scale, scale)
    use(paper)
    cairo_paint(context)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  // MARK: drawing

  /// A line through points.
  func line(_ points: some Collection<Point>, colour: Colour, width: Double) {
    guard let first = points.first else { return }
    use(colour)
    cairo_set_line_width(context, width)
    var count = 0
    cairo_move_to(context, first.x, first.y)
    for point in points {
      cairo_line_to(context, point.x, point.y)
      count += 1
      // The time that a stroke takes grows faster than its length where it crosses itself.
      if count % 1000 == 0 {
        cairo_stroke(context)
        cairo_move_to(context, point.x, point.y)
      }
    }
    cairo_stroke(context)
  }

  /// A filled disc.
  func disc(at centre: Point, radius: Double, colour: Colour) {
    use(colour)
    cairo_arc(context, centre.x, centre.y, radius, 0, 2 * Double.pi)
    cairo_fill(context)
  }

  /// A filled rectangle.
  func rectangle(_ frame: Frame, colour: Colour) {
    use(colour)
    cairo_rectangle(context, frame.x, frame.y, frame.width, frame.height)
    cairo_fill(context)
  }

  /// Pixels stretched over a rectangle, with hard edges.
  /// - Parameter words: a pixel each, 0xAARRGGBB, colours multiplied by alpha, rows from the top.
  func image(_ words: [UInt32], columns: Int, rows: Int, in frame: Frame) {
    guard columns > 0, rows > 0, words.count == columns * rows,
      let image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(columns), Int32(rows))
    else { return }
    defer { cairo_surface_destroy(image) }
    guard let data = cairo_image_surface_get_data(image) else { return }
    let stride = Int(cairo_image_surface_get_stride(image))
    let target = UnsafeMutableRawBufferPointer(start: data, count: stride * rows)
    words.withUnsafeBytes { words in
      for row in 0..<rows {
        UnsafeMutableRawBufferPointer(rebasing: target[(row * stride)...])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: words[(4 * columns * row)..<(4 * columns * (row + 1))]))
      }
    }
    cairo_surface_mark_dirty(image)
    cairo_save(context)
    cairo_translate(context, frame.x, frame.y)
    cairo_scale(context, frame.width / Double(columns), frame.height / Double(rows))
    cairo_set_source_surface(context, image, 0, 0)
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST)
    cairo_rectangle(context, 0, 0, Double(columns), Double(rows))
    cairo_fill(context)
    cairo_restore(context)
  }

  /// One line of text, its middle height at the point; turned, it runs upwards around its point.
  func text(
    _ text: String, at point: Point, size: Double, colour: Colour, alignment: Alignment = .left, isBold: Bool = false,
    isTurned: Bool = false
  ) {
    guard !text.isEmpty else { return }
    let width = textWidth(text, size: size, isBold: isBold)
    let shift = alignment == .left ? 0 : alignment == .middle ? -width / 2 : -width
    use(colour)
    cairo_save(context)
    cairo_translate(context, point.x, point.y)
    if isTurned { cairo_rotate(context, -Double.pi / 2) }
    // Digits and capitals are about 0.72 of the size high: by it lines of any text align.
    cairo_move_to(context, shift, size * 0.36)
    cairo_show_text(context, text)
    cairo_restore(context)
  }

  /// How wide a text is.
  func textWidth(_ text: String, size: Double, isBold: Bool = false) -> Double {
    cairo_select_font_face(
      context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    cairo_set_font_size(context, size)
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text, &extents)
    return extents.x_advance
  }

  /// Runs `body` with drawing confined to a rectangle.
  func clipped(to frame: Frame, _ body: () -> Void) {
    cairo_save(context)
    cairo_rectangle(context, frame.x, frame.y, frame.width, frame.height)
    cairo_clip(context)
    body()
    cairo_restore(context)
  }

  // MARK: results

  /// What has been drawn on a raster.
  func picture(caption: String) -> Picture {
    cairo_surface_flush(surface)
    let width = Int(cairo_image_surface_get_width(surface))
    let height = Int(cairo_image_surface_get_height(surface))
    let stride = Int(cairo_image_surface_get_stride(surface))
    let pixels = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { bytes, count in
      guard let data = cairo_image_surface_get_data(surface) else { return }
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

  /// The SVG; nothing can be drawn afterwards. Text is in it as outlines, so that no reader needs the font.
  func svg() -> String {
    cairo_surface_finish(surface)
    return String(decoding: sink.bytes, as: UTF8.self)
  }

  private func use(_ colour: Colour) {
    cairo_set_source_rgba(context, colour.red, colour.green, colour.blue, colour.alpha)
  }
}
