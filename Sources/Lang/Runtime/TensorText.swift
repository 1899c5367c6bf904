// Tensors as text: dtype and shape first, then the numbers in aligned columns, the middle of large ones left out.

import Tensor

struct TensorText {
  private static let edge = 3
  private static let fullCount = 200
  private static let shortList = 6

  private let tensor: Tensor

  init(_ tensor: Tensor) { self.tensor = tensor }

  /// For inside lists and records: `float32[2, 3]`, a scalar with its number.
  var brief: String {
    guard tensor.count == 1, tensor.rank == 0, let numbers = try? tensor.scalars(Double.self) else {
      return tensor.description
    }
    return element(numbers[0])
  }

  /// A scalar is its number and dtype; everything else a head line and rows.
  var full: String {
    do {
      if tensor.rank == 0 { return element(try tensor.item()) + "  " + tensor.description }
      if tensor.count == 0 { return tensor.description + " (empty)" }
      let shownAxes = tensor.shape.map { size -> [Int] in
        tensor.count <= Self.fullCount || size <= 2 * Self.edge
          ? Array(0..<size) : Array(0..<Self.edge) + Array(size - Self.edge..<size)
      }
      let columns = wideRow(shownAxes)
      let rows = try numbers(columns)
      let texts = texts(rows)
      var place = 0
      var out = tensor.description + (tensor.count > Self.fullCount ? "  " + statistics : "") + "\n"
      append(&out, columns, axis: 0, texts, &place, indent: " ")
      return out
    } catch {
      return tensor.description + " (not computed: \(error))"
    }
  }

  /// What the numbers left out are like: `min -3.1  max 2.9  mean 0.01  std 1`.
  private var statistics: String {
    guard let found = try? tensor.statistics() else { return "" }
    if tensor.dtype == .bool { return "\(Int((found.mean * Double(found.count)).rounded())) true" }
    var parts: [String] = []
    if found.finite > 0 {
      parts = ["min \(short(found.min))", "max \(short(found.max))", "mean \(short(found.mean))", "std \(short(found.std))"]
    }
    if found.nans > 0 { parts.append("nan \(found.nans)") }
    if found.infinities > 0 { parts.append("inf \(found.infinities)") }
    return parts.joined(separator: "  ")
  }

  /// Five digits.
  private func short(_ number: Double) -> String {
    number == number.rounded() && number.magnitude < 1e6 ? number.shown : FormatSpecification.general(number, 5)
  }

  /// A vector shows more of itself than a matrix's row.
  private func wideRow(_ axes: [[Int]]) -> [[Int]] {
    guard tensor.rank == 1, tensor.count > Self.fullCount else { return axes }
    let edge = 2 * Self.shortList
    return [Array(0..<edge) + Array(tensor.count - edge..<tensor.count)]
  }

  /// The shown elements, row-major.
  private func numbers(_ axes: [[Int]]) throws -> [Double] {
    var part = tensor
    for (axis, indices) in axes.enumerated() where indices.count < tensor.shape[axis] {
      let half = indices.count / 2
      part = try concat(
        [
          part.narrowed(axis: axis, indices[0]..<indices[half - 1] + 1),
          part.narrowed(axis: axis, indices[half]..<indices[indices.count - 1] + 1),
        ], axis: axis)
    }
    return try part.scalars(Double.self)
  }

  private func element(_ number: Double) -> String {
    // The processor's own NaN has a sign.
    if number.isNaN { return "nan" }
    if tensor.dtype == .bool { return number != 0 ? "true" : "false" }
    if !tensor.dtype.isFloating { return number.shown }
    return tensor.dtype == .float64 ? number.shown : "\(Float(number))".replacing(".0e", with: "e").trimmedPoint
  }

  /// All elements in one style: fixed with four decimals where that shows them, else scientific; padded to a width.
  private func texts(_ numbers: [Double]) -> [String] {
    let finite = numbers.filter { $0.isFinite && $0 != 0 }.map(\.magnitude)
    let texts: [String]
    if !tensor.dtype.isFloating || numbers.allSatisfy({ !$0.isFinite || ($0 == $0.rounded() && $0.magnitude < 1e6) }) {
      texts = numbers.map(element)
    } else if let least = finite.min(), let most = finite.max(), most < 1e5, least >= 1e-4 || most >= 1e-2 {
      texts = numbers.map { $0.isFinite ? FormatSpecification.fixed($0, 4) : $0.shown }
    } else {
      texts = numbers.map { $0.isFinite ? FormatSpecification.scientific($0, 4) : $0.shown }
    }
    let width = texts.map(\.count).max() ?? 0
    return texts.map { String(repeating: " ", count: width - $0.count) + $0 }
  }

  private func append(
    _ out: inout String, _ axes: [[Int]], axis: Int, _ texts: [String], _ place: inout Int, indent: String
  ) {
    let indices = axes[axis]
    let hasGap = indices.count < tensor.shape[axis]
    let isLast = axis == axes.count - 1
    out += "["
    for (position, _) in indices.enumerated() {
      if position > 0 { out += isLast ? ", " : ",\n" + indent }
      if hasGap, position == indices.count / 2 { out += isLast ? "..., " : "...,\n" + indent }
      if isLast {
        out += texts[place]
        place += 1
      } else {
        append(&out, axes, axis: axis + 1, texts, &place, indent: indent + " ")
      }
    }
    out += "]"
  }
}

extension String {
  /// `3.0` as `3`.
  fileprivate var trimmedPoint: String { hasSuffix(".0") ? String(dropLast(2)) : self }
}
