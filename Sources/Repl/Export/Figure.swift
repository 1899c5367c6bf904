// Pictures, plots and animations as files hold them: the one place that says in which forms. Plots are drawn on light and
// on dark paper, for pages that follow the reader's choice.

import Formats

/// A picture ready for a page, a notebook or a file of its own.
struct Figure {
  /// A PNG.
  let png: [UInt8]
  /// The same on dark paper, nil where it has no paper.
  let darkPNG: [UInt8]?
  let width: Int
  let height: Int
  let caption: String
  /// Pixels count: enlarged, they stay squares.
  let isPixelated: Bool

  private static let plotSize = (width: 720, height: 440)

  init(_ picture: Picture) throws {
    png = try picture.raster.png()
    darkPNG = nil
    let factor = Self.growth(of: picture)
    (width, height) = (picture.width * factor, picture.height * factor)
    caption = Self.unbracketed(picture.captionLine)
    isPixelated = factor > 1
  }

  /// Browsers and notebooks play it.
  init(_ animation: Animation) throws {
    png = try animation.data()
    darkPNG = nil
    let factor = Self.growth(of: animation.last)
    (width, height) = (animation.last.width * factor, animation.last.height * factor)
    caption = Self.unbracketed(animation.captionLine)
    isPixelated = factor > 1
  }

  /// What nobody could see grows by a whole number.
  private static func growth(of picture: Picture) -> Int { max(1, min(12, 600 / picture.width, 300 / picture.height)) }

  init(_ plot: Plot) throws {
    let size = Self.size(of: plot)
    func drawn(_ theme: Theme) throws -> [UInt8] {
      try plot.picture(width: size.width, height: size.height, theme: theme).raster.png()
    }
    png = try drawn(.light)
    darkPNG = try drawn(.dark)
    (width, height) = size
    caption = Self.unbracketed(plot.captionLine)
    isPixelated = false
  }

  /// A plot fills a page's width, several have their own size.
  static func size(of plot: Plot) -> (width: Int, height: Int) { plot.panels.isEmpty ? plotSize : plot.naturalSize }

  /// Brackets set captions off from the text of a terminal.
  private static func unbracketed(_ caption: String) -> String { String(caption.dropFirst().dropLast()) }

  /// What an output looks like, nil for one of text.
  static func of(_ output: Output) throws -> Figure? {
    switch output {
    case .picture(let picture): try Figure(picture)
    case .plot(let plot): try Figure(plot)
    case .animation(let animation): try Figure(animation)
    case .text, .value, .error: nil
    }
  }
}
