// Many pictures as one.

extension Picture {
  /// Pictures in rows, each in the middle of a cell as large as the largest, white between them.
  /// - Parameters:
  ///   - columns: how many in a row; nil chooses a shape near a square, wider than high.
  ///   - gap: white pixels between neighbours.
  /// - Throws: `PictureError.empty` without pictures, `.size` when the grid grows too large.
  static func grid(_ pictures: [Picture], columns: Int? = nil, gap: Int = 2) throws -> Picture {
    guard let first = pictures.first else { throw PictureError.empty("a grid") }
    if pictures.count == 1 { return first }
    let gap = max(0, min(gap, 64))
    let wanted = columns ?? Int(Double(pictures.count).squareRoot().rounded(.up))
    let columns = max(1, min(wanted, pictures.count))
    let rows = (pictures.count + columns - 1) / columns
    let cellWidth = pictures.map(\.width).max() ?? first.width
    let cellHeight = pictures.map(\.height).max() ?? first.height
    let width = columns * (cellWidth + gap) - gap
    let height = rows * (cellHeight + gap) - gap
    guard width <= longestSide, height <= longestSide else {
      throw PictureError.size(width: width, height: height)
    }
    var pixels = [UInt8](repeating: 255, count: 3 * width * height)
    for (index, picture) in pictures.enumerated() {
      let left = index % columns * (cellWidth + gap) + (cellWidth - picture.width) / 2
      let top = index / columns * (cellHeight + gap) + (cellHeight - picture.height) / 2
      for row in 0..<picture.height {
        let source = 3 * row * picture.width
        let target = 3 * ((top + row) * width + left)
        pixels.replaceSubrange(
          target..<(target + 3 * picture.width), with: picture.pixels[source..<(source + 3 * picture.width)])
      }
    }
    let caption = "\(rows) x \(columns) grid of \(pictures.count)"
    return Picture(trusted: pixels, width: width, height: height, caption: caption)
  }
}
