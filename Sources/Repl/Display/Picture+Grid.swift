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
      picture.copy(
        into: &pixels, ofWidth: width, left: index % columns * (cellWidth + gap) + (cellWidth - picture.width) / 2,
        top: index / columns * (cellHeight + gap) + (cellHeight - picture.height) / 2)
    }
    let caption = "\(rows) x \(columns) grid of \(pictures.count)"
    return Picture(trusted: pixels, width: width, height: height, caption: caption)
  }

  /// The picture in the middle of white of a size no smaller.
  func centred(width newWidth: Int, height newHeight: Int) -> Picture {
    if newWidth == width, newHeight == height { return self }
    var pixels = [UInt8](repeating: 255, count: 3 * newWidth * newHeight)
    copy(into: &pixels, ofWidth: newWidth, left: (newWidth - width) / 2, top: (newHeight - height) / 2)
    return Picture(trusted: pixels, width: newWidth, height: newHeight, caption: caption)
  }

  /// Puts the picture into a larger one.
  private func copy(into target: inout [UInt8], ofWidth targetWidth: Int, left: Int, top: Int) {
    for row in 0..<height {
      let start = 3 * ((top + row) * targetWidth + left)
      target.replaceSubrange(
        start..<(start + 3 * width), with: pixels[(3 * row * width)..<(3 * (row + 1) * width)])
    }
  }
}
