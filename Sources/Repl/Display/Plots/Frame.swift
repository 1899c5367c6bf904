// Places on a canvas.

struct Point: Equatable {
  var x: Double
  var y: Double
}

/// A rectangle.
struct Frame: Equatable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }

  func contains(_ point: Point) -> Bool { point.x >= x && point.x <= right && point.y >= y && point.y <= bottom }
}
