// Colours of a plot on light and on dark paper.

/// A colour, channels 0 to 1.
struct Colour: Sendable, Hashable {
  var red: Double
  var green: Double
  var blue: Double
  var alpha = 1.0

  /// From 0xRRGGBB.
  init(_ code: Int, alpha: Double = 1) {
    red = Double(code >> 16 & 255) / 255
    green = Double(code >> 8 & 255) / 255
    blue = Double(code & 255) / 255
    self.alpha = alpha
  }

  func faded(_ alpha: Double) -> Colour {
    var colour = self
    colour.alpha = alpha
    return colour
  }
}

/// The colours a plot is drawn in.
struct Theme: Sendable, Hashable {
  var paper: Colour
  var ink: Colour
  /// Of axes and what is not to stand out.
  var faint: Colour
  var gridLine: Colour
  /// Of places in a heat map that hold no number.
  var missing: Colour
  /// Of series and classes, in turn: after Okabe and Ito (2008), told apart by the colour-blind too.
  var series: [Colour]

  /// The colour of a series or class of any number.
  func colour(_ index: Int) -> Colour { series[((index % series.count) + series.count) % series.count] }

  static let light = Theme(
    paper: Colour(0xFFFFFF), ink: Colour(0x222222), faint: Colour(0x7A7A7A), gridLine: Colour(0xE4E4E4),
    missing: Colour(0xDADADA),
    series: [
      0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x7F3C8D, 0x8C6D31, 0x5F5F5F, 0xB8A800,
    ].map { Colour($0) })

  static let dark = Theme(
    paper: Colour(0x16181C), ink: Colour(0xD8D8D8), faint: Colour(0x8A8E96), gridLine: Colour(0x2E3137),
    missing: Colour(0x5A5E66),
    series: [
      0x56B4E9, 0xE69F00, 0x2FC49A, 0xE39CC5, 0xF0E442, 0xF07A3C, 0xB48CD8, 0xC9A86A, 0xA8A8A8, 0x4C8DFF,
    ].map { Colour($0) })
}
