// A plot as a picture and as SVG.

extension Plot {
  /// The plot in a picture.
  /// - Parameters:
  ///   - width: of the sheet, in which text is twelve high; nil for the plot's own size.
  ///   - scale: pixels for each of these.
  /// - Throws: `PictureError.size` for impossible sizes.
  func picture(
    width: Int? = nil, height: Int? = nil, theme: Theme = .light, scale: Double = 1
  ) throws -> Picture {
    try drawn(.raster, width, height, theme, scale).picture(caption: caption)
  }

  /// The plot in the room of a terminal, its text as large as the terminal's.
  func picture(in room: PictureRoom, theme: Theme) throws -> Picture {
    let scale = max(1, min(3, Double((room.cell ?? .usual).height) / 20))
    let width = max(240, min(naturalSize.width, Int(Double(room.width) / scale)))
    let height = max(160, min(naturalSize.height * width / naturalSize.width, Int(Double(room.height) / scale)))
    return try picture(width: width, height: height, theme: theme, scale: scale)
  }

  /// The plot as an SVG that stands for itself. Its names begin with a number of its own, so that several may stand in one
  /// page.
  /// - Throws: `PictureError.size` for impossible sizes.
  func svg(width: Int? = nil, height: Int? = nil, theme: Theme = .light) throws -> String {
    // cairo numbers the surfaces of the process; the same plot is the same text all the same.
    let text = try drawn(.svg, width, height, theme, 1).svg().replacing(#/id="surface\d+"/#, with: "id=\"surface\"")
    let own = "p" + text.fingerprint(radix: 36)
    return text.replacing("id=\"", with: "id=\"\(own)-").replacing("\"#", with: "\"#\(own)-")
      .replacing("url(#", with: "url(#\(own)-")
  }

  private func drawn(_ kind: Canvas.Kind, _ width: Int?, _ height: Int?, _ theme: Theme, _ scale: Double) throws -> Canvas {
    let (width, height) = (width ?? naturalSize.width, height ?? naturalSize.height)
    let canvas = try Canvas(width: width, height: height, paper: theme.paper, kind: kind, scale: scale)
    paint(on: canvas, in: Frame(x: 0, y: 0, width: Double(width), height: Double(height)), theme)
    return canvas
  }

  private func paint(on canvas: Canvas, in sheet: Frame, _ theme: Theme) {
    if panels.isEmpty { return PlotPainter(self, on: canvas, in: sheet, theme: theme).draw() }
    let title = title.isEmpty ? 0.0 : 26
    canvas.text(
      self.title, at: Point(x: sheet.x + sheet.width / 2, y: sheet.y + 15), size: PlotLayout.titleSize, colour: theme.ink,
      alignment: .middle, isBold: true)
    let gap = 8.0
    let (width, height) = (sheet.width / Double(columns), (sheet.height - title) / Double(rows))
    for (index, panel) in panels.enumerated() {
      let (x, y) = (sheet.x + Double(index % columns) * width, sheet.y + title + Double(index / columns) * height)
      panel.paint(
        on: canvas, in: Frame(x: x + gap / 2, y: y + gap / 2, width: max(1, width - gap), height: max(1, height - gap)), theme)
    }
  }
}
