// Pictures, plots and animations as files hold them: the one place that says in which forms. In pages, plots are SVG on light and
// on dark paper, for readers who have chosen; everything else is PNG.

import Formats
import FoundationEssentials

/// A picture ready for a page, a notebook or a file of its own.
struct Figure {
  /// What a file of it would hold.
  struct Image {
    /// `image/png`
    let type: String
    let data: Data

    var base64: String { data.base64EncodedString() }
    /// For pages: the image itself instead of where it is.
    var address: String { "data:\(type);base64," + base64 }

    init(png: [UInt8]) { (type, data) = ("image/png", Data(png)) }
    init(svg: String) { (type, data) = ("image/svg+xml", Data(svg.utf8)) }
  }

  let image: Image
  /// The same on dark paper, nil where it has no paper.
  let dark: Image?
  let width: Int
  let height: Int
  let caption: String
  /// Pixels count: enlarged, they stay squares.
  let isPixelated: Bool

  private static let plotSize = (width: 720, height: 440)
  /// Of many thousand points pixels take less.
  private static let mostVectorBytes = 200_000

  init(_ picture: Picture) throws {
    image = Image(png: try picture.raster.png())
    dark = nil
    let factor = Self.growth(of: picture)
    (width, height) = (picture.width * factor, picture.height * factor)
    caption = Self.unbracketed(picture.captionLine)
    isPixelated = factor > 1
  }

  /// Browsers and notebooks play it.
  init(_ animation: Animation) throws {
    image = Image(png: [UInt8](try animation.data()))
    dark = nil
    let factor = Self.growth(of: animation.last)
    (width, height) = (animation.last.width * factor, animation.last.height * factor)
    caption = Self.unbracketed(animation.captionLine)
    isPixelated = factor > 1
  }

  /// What nobody could see grows by a whole number.
  private static func growth(of picture: Picture) -> Int { max(1, min(12, 600 / picture.width, 300 / picture.height)) }

  init(_ plot: Plot, inPage: Bool) throws {
    let size = Self.size(of: plot)
    func drawn(_ theme: Theme) throws -> Image {
      if inPage {
        let svg = try plot.svg(width: size.width, height: size.height, theme: theme)
        if svg.utf8.count <= Self.mostVectorBytes { return Image(svg: svg) }
      }
      return Image(png: try plot.picture(width: size.width, height: size.height, theme: theme, scale: inPage ? 2 : 1).raster.png())
    }
    image = try drawn(.light)
    dark = inPage ? try drawn(.dark) : nil
    (width, height) = size
    caption = Self.unbracketed(plot.captionLine)
    isPixelated = false
  }

  /// A plot fills a page's width, several have their own size.
  static func size(of plot: Plot) -> (width: Int, height: Int) { plot.panels.isEmpty ? plotSize : plot.naturalSize }

  /// Brackets set captions off from the text of a terminal.
  private static func unbracketed(_ caption: String) -> String { String(caption.dropFirst().dropLast()) }

  /// What an output looks like, nil for one of text.
  /// - Parameter inPage: in HTML, not as a PNG.
  static func of(_ output: Output, inPage: Bool = false) throws -> Figure? {
    switch output {
    case .picture(let picture): try Figure(picture)
    case .plot(let plot): try Figure(plot, inPage: inPage)
    case .animation(let animation): try Figure(animation)
    case .text, .value, .error: nil
    }
  }
}
