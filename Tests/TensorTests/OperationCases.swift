// One row an operation: inputs, how to compute it slowly, and how its derivatives are checked.
// OperationTests runs every row through all checks; a new operation needs a row here and nothing else.

import Foundation

@testable import Tensor

/// An operation under test.
struct OperationCase: Sendable, CustomStringConvertible {
  let name: String
  /// Shapes of the inputs, and the interval their elements are drawn from (away from kinks and poles).
  let shapes: [[Int]]
  let domain: ClosedRange<Double>
  /// The operation, on float64 tensors.
  let function: @Sendable ([Tensor]) throws -> Tensor
  /// The value computed by plain loops from row-major inputs; nil where another row or test gives the value.
  let reference: (@Sendable ([[Double]]) -> [Double])?
  /// How often it can be differentiated: 0 for integer and piecewise constant results.
  let order: Int
  let tolerance: Double

  var description: String { name }

  init(
    _ name: String, _ shapes: [[Int]], in domain: ClosedRange<Double> = -2...2, order: Int = 2,
    tolerance: Double = 1e-6, reference: (@Sendable ([[Double]]) -> [Double])? = nil,
    _ function: @escaping @Sendable ([Tensor]) throws -> Tensor
  ) {
    self.name = name
    self.shapes = shapes
    self.domain = domain
    self.order = order
    self.tolerance = tolerance
    self.reference = reference
    self.function = function
  }

  /// A one-operand elementwise operation.
  static func unary(
    _ name: String, in domain: ClosedRange<Double> = -2...2, order: Int = 2,
    _ function: @escaping @Sendable (Tensor) throws -> Tensor, expecting scalar: @escaping @Sendable (Double) -> Double
  ) -> OperationCase {
    OperationCase(name, [[3, 5]], in: domain, order: order, reference: { $0[0].map(scalar) }) { try function($0[0]) }
  }

  /// A two-operand elementwise operation on [3, 5] and [5].
  static func binary(
    _ name: String, in domain: ClosedRange<Double> = -2...2, order: Int = 2,
    _ function: @escaping @Sendable (Tensor, Tensor) throws -> Tensor,
    expecting scalar: @escaping @Sendable (Double, Double) -> Double
  ) -> OperationCase {
    OperationCase(
      name, [[3, 5], [5]], in: domain, order: order,
      reference: { x in x[0].indices.map { scalar(x[0][$0], x[1][$0 % 5]) } }
    ) { try function($0[0], $0[1]) }
  }
}

/// c[i, j] = sum over k of a[i, k] b[k, j], for the references below.
@Sendable private func product(_ a: [Double], _ b: [Double], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
  (0..<m * n).map { place in
    (0..<k).reduce(0.0) { $0 + a[place / n * k + $1] * b[$1 * n + place % n] }
  }
}

/// Row-major elements cut into rows of n.
@Sendable private func rows(_ x: [Double], _ n: Int) -> [[Double]] {
  stride(from: 0, to: x.count, by: n).map { Array(x[$0..<$0 + n]) }
}

/// The columns of a row-major matrix with n columns.
@Sendable private func columns(_ x: [Double], _ n: Int) -> [[Double]] {
  (0..<n).map { (j: Int) -> [Double] in stride(from: j, to: x.count, by: n).map { x[$0] } }
}

@Sendable private func average(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }
@Sendable private func meanSquare(_ x: [Double]) -> Double { average(x.map { $0 * $0 }) }
@Sendable private func deviation(from mean: Double) -> @Sendable (Double) -> Double { { $0 - mean } }

@Sendable private func softmaxRows(_ x: [Double], _ n: Int) -> [Double] {
  rows(x, n).flatMap { (row: [Double]) -> [Double] in
    let powers = row.map { Foundation.exp($0) }
    let total: Double = powers.reduce(0, +)
    return powers.map { $0 / total }
  }
}

/// Two heads of three tokens of four numbers.
@Sendable private func attentionOfThree(_ x: [[Double]]) -> [Double] {
  (0..<2).flatMap { b -> [Double] in
    let keys: [Double] = columns(rows(x[1], 12)[b], 4).flatMap { $0 }
    let logits: [Double] = product(rows(x[0], 12)[b], keys, 3, 4, 3)
    return product(softmaxRows(logits.map { $0 / 2 }, 3), rows(x[2], 12)[b], 3, 3, 4)
  }
}

/// Collects the rows of a table, each type-checked by itself.
@resultBuilder enum Rows {
  static func buildBlock(_ rows: OperationCase...) -> [OperationCase] { rows }
}

let operationCases =
  unaryCases() + binaryCases() + shapeCases() + gatherCases() + reductionCases() + productCases() + imageCases()
  + einsumCases()

@Rows private func unaryCases() -> [OperationCase] {
  OperationCase.unary("negate", { try -$0 }, expecting: { -$0 })
  OperationCase.unary("abs", in: 0.1...2, { try abs(-$0) }, expecting: { Swift.abs($0) })
  OperationCase.unary("sign", in: 0.1...2, order: 0, { try sign(-$0) }, expecting: { _ in -1 })
  OperationCase.unary("reciprocal", in: 0.5...2, { try reciprocal($0) }, expecting: { 1 / $0 })
  OperationCase.unary("sqrt", in: 0.5...3, { try sqrt($0) }, expecting: { $0.squareRoot() })
  OperationCase.unary("rsqrt", in: 0.5...3, { try rsqrt($0) }, expecting: { 1 / $0.squareRoot() })
  OperationCase.unary("exp", { try exp($0) }, expecting: { Foundation.exp($0) })
  OperationCase.unary("expm1", { try expm1($0) }, expecting: { Foundation.expm1($0) })
  OperationCase.unary("log", in: 0.3...3, { try log($0) }, expecting: { Foundation.log($0) })
  OperationCase.unary("log1p", in: -0.5...2, { try log1p($0) }, expecting: { Foundation.log1p($0) })
  OperationCase.unary("sin", { try sin($0) }, expecting: { Foundation.sin($0) })
  OperationCase.unary("cos", { try cos($0) }, expecting: { Foundation.cos($0) })
  OperationCase.unary("tanh", { try tanh($0) }, expecting: { Foundation.tanh($0) })
  OperationCase.unary("sigmoid", { try sigmoid($0) }, expecting: { (x: Double) -> Double in 1 / (1 + Foundation.exp(-x)) })
  OperationCase.unary("silu slope", { try Elementwise.swishSlope.apply([$0]) }, expecting: { (x: Double) -> Double in
    let s = 1 / (1 + Foundation.exp(-x))
    return s + x * s * (1 - s)
  })
  OperationCase.unary("silu", { try silu($0) }, expecting: { (x: Double) -> Double in x / (1 + Foundation.exp(-x)) })
  OperationCase.unary("gelu", { try gelu($0) }, expecting: { (x: Double) -> Double in x * 0.5 * (1 + Foundation.erf(x / 2.0.squareRoot())) })
  OperationCase.unary("relu", in: 0.1...2, { try relu($0 - 1.05) }, expecting: { Swift.max($0 - 1.05, 0) })
  OperationCase.unary("softplus", { try softplus($0) }, expecting: { Foundation.log1p(Foundation.exp($0)) })
  OperationCase.unary("erf", { try erf($0) }, expecting: { Foundation.erf($0) })
  OperationCase.unary("erfinv", in: -0.9...0.9, { try erf(erfinv($0)) }, expecting: { $0 })
  OperationCase.unary("floor", order: 0, { try floor($0) }, expecting: { $0.rounded(.down) })
  OperationCase.unary("ceil", order: 0, { try ceil($0) }, expecting: { $0.rounded(.up) })
  OperationCase.unary("round", order: 0, { try round($0) }, expecting: { $0.rounded(.toNearestOrEven) })
  OperationCase.unary("isnan", order: 0, { try isNaN($0) }, expecting: { _ in 0 })
  OperationCase.unary("not", order: 0, { try logicalNot(greater($0, Tensor(0, dtype: .float64))) }, expecting: { $0 > 0 ? 0 : 1 })
  OperationCase.unary("cast", order: 0, { try $0.cast(to: .int32) }, expecting: { $0.rounded(.towardZero) })
  OperationCase.unary("square", { try square($0) }, expecting: { $0 * $0 })
  OperationCase.unary("power 2.5", in: 0.3...2, { try power($0, 2.5) }, expecting: { Foundation.pow($0, 2.5) })
  OperationCase.unary("power 3", { try power($0, 3) }, expecting: { $0 * $0 * $0 })
}

@Rows private func binaryCases() -> [OperationCase] {
  OperationCase.binary("swiglu", { try swiGLU($0, $1) }, expecting: { $0 / (1 + Foundation.exp(-$0)) * $1 })
  OperationCase.binary("add", { try $0 + $1 }, expecting: { $0 + $1 })
  OperationCase.binary("subtract", { try $0 - $1 }, expecting: { $0 - $1 })
  OperationCase.binary("multiply", { try $0 * $1 }, expecting: { $0 * $1 })
  OperationCase.binary("divide", in: 0.5...2, { try $0 / $1 }, expecting: { $0 / $1 })
  OperationCase.binary("power", in: 0.5...2, { try power($0, $1) }, expecting: { Foundation.pow($0, $1) })
  OperationCase.binary("maximum", { try maximum($0, $1) }, expecting: { Swift.max($0, $1) })
  OperationCase.binary("minimum", { try minimum($0, $1) }, expecting: { Swift.min($0, $1) })
  OperationCase.binary("floor_divide", in: 0.5...3, order: 0, { try floorDivide($0, $1) }, expecting: { ($0 / $1).rounded(.down) })
  OperationCase.binary("remainder", in: 0.5...3, order: 1, { try remainder($0, $1) }, expecting: { (a: Double, b: Double) -> Double in a - (a / b).rounded(.down) * b })
  OperationCase.binary("equal", order: 0, { try equal($0, $1) }, expecting: { $0 == $1 ? 1 : 0 })
  OperationCase.binary("not_equal", order: 0, { try notEqual($0, $1) }, expecting: { $0 != $1 ? 1 : 0 })
  OperationCase.binary("less", order: 0, { try less($0, $1) }, expecting: { $0 < $1 ? 1 : 0 })
  OperationCase.binary("less_equal", order: 0, { try lessEqual($0, $1) }, expecting: { $0 <= $1 ? 1 : 0 })
  OperationCase.binary("greater", order: 0, { try greater($0, $1) }, expecting: { $0 > $1 ? 1 : 0 })
  OperationCase.binary("greater_equal", order: 0, { try greaterEqual($0, $1) }, expecting: { $0 >= $1 ? 1 : 0 })
  OperationCase.binary("and", order: 0, { try logicalAnd(greater($0, $1), less($0, $1)) }, expecting: { _, _ in 0 })
  OperationCase.binary("or", order: 0, { try logicalOr(greater($0, $1), lessEqual($0, $1)) }, expecting: { _, _ in 1 })
  OperationCase.binary("where", { try select(greater($0, $1), $0 * $0, $1) }, expecting: { (a: Double, b: Double) -> Double in a > b ? a * a : b })
}

@Rows private func shapeCases() -> [OperationCase] {
  OperationCase("reshape", [[2, 6]], reference: { $0[0] }) { try $0[0].reshaped([3, -1]) }
  OperationCase("reshape of a transpose", [[2, 3]], reference: { x in [0, 3, 1, 4, 2, 5].map { x[0][$0] } }) {
    try $0[0].transposed().reshaped([6])
  }
  OperationCase("permute", [[2, 3, 2]], reference: { x in
    // Result [3, 2, 2]: element (i, j, k) was at (j, i, k).
    var y: [Double] = []
    for i in 0..<3 { for j in 0..<2 { for k in 0..<2 { y.append(x[0][j * 6 + i * 2 + k]) } } }
    return y
  }) { try $0[0].permuted([1, 0, 2]) }
  OperationCase("broadcast", [[3, 1]], reference: { x in (0..<12).map { x[0][$0 / 2 % 3] } }) {
    try $0[0].broadcast(to: [2, 3, 2])
  }
  OperationCase("slice", [[5, 4]], reference: { x in [4, 2, 0].flatMap { row in [1, 3].map { x[0][row * 4 + $0] } } }) {
    try $0[0].sliced([.range(start: nil, stop: nil, step: -2), .range(start: 1, stop: nil, step: 2)])
  }
  OperationCase("index", [[3, 4]], reference: { x in (0..<3).map { x[0][$0 * 4 + 3] } }) {
    try $0[0].sliced([.ellipsis, .index(-1), .newAxis])
  }
  OperationCase("slice assignment", [[4, 3], [2, 1]], reference: { x in
    var y: [Double] = x[0]
    for row in [1, 3] { for column in [1, 2] { y[row * 3 + column] = x[1][row / 2] } }
    return y
  }) {
    try $0[0].replacing(
      [.range(start: 1, stop: nil, step: 2), .range(start: 1, stop: nil, step: 1)], with: $0[1])
  }
  OperationCase("mask assignment", [[2, 3], []], reference: { x in x[0].map { $0 > 0 ? x[1][0] : $0 } }) {
    try $0[0].replacing([.places(greater($0[0], Tensor(0, dtype: .float64)))], with: $0[1])
  }
  OperationCase("concat", [[2, 2], [2, 3]], reference: { x in
    rows(x[0], 2)[0] + rows(x[1], 3)[0] + rows(x[0], 2)[1] + rows(x[1], 3)[1]
  }) { try concat($0, axis: -1) }
  OperationCase("stack", [[3], [3]], reference: { x in (0..<3).flatMap { [x[0][$0], x[1][$0]] } }) {
    try stack($0, axis: 1)
  }
  OperationCase("flip", [[2, 3]], reference: { x in [2, 1, 0, 5, 4, 3].map { x[0][$0] } }) { try $0[0].flipped(axes: [1]) }
  OperationCase("pad", [[2, 2]], reference: { x in [7, 7, 7, x[0][0], x[0][1], 7, x[0][2], x[0][3], 7] }) {
    try $0[0].padded([(1, 0), (0, 1)], value: 7)
  }
  OperationCase("split", [[2, 5]], reference: { x in [x[0][2] * x[0][4], x[0][7] * x[0][9]] }) {
    let parts = try $0[0].split(sizes: [2, 1, 1, 1], axis: 1)
    return try parts[1] * parts[3]
  }
}

@Rows private func gatherCases() -> [OperationCase] {
  OperationCase("take", [[4, 3]], reference: { x in [3, 0, 3, 2].flatMap { Array(x[0][$0 * 3..<$0 * 3 + 3]) } }) {
    try take($0[0], Tensor([Int32(3), 0, -1, 2], shape: [2, 2]))
  }
  OperationCase("take along the last axis", [[2, 3]], reference: { x in [x[0][2], x[0][0], x[0][5], x[0][3]] }) {
    try take($0[0], Tensor([Int32(2), 0]), axis: 1)
  }
  OperationCase("take_along", [[2, 3]], reference: { x in [x[0][1], x[0][5]] }) {
    try takeAlong($0[0], Tensor([Int32(1), -1], shape: [2, 1]), axis: 1)
  }
  OperationCase("sort", [[2, 4]], reference: { x in x[0][0..<4].sorted() + x[0][4..<8].sorted() }) { try sorted($0[0]) }
}

@Rows private func reductionCases() -> [OperationCase] {
  OperationCase("sum", [[3, 4]], reference: { [$0[0].reduce(0, +)] }) { try sum($0[0]) }
  OperationCase("sum of squares", [[3, 4], [2], []], reference: { [$0.joined().reduce(0) { $0 + $1 * $1 }] }) { try sumOfSquares($0) }
  OperationCase("sum over a middle axis", [[2, 3, 2]], reference: { x in
    [0, 1, 6, 7].map { (start: Int) -> Double in x[0][start] + x[0][start + 2] + x[0][start + 4] }
  }) { try sum($0[0], axes: [1]) }
  OperationCase("sum over outer axes", [[2, 3, 2]], reference: { x in
    (0..<3).map { (j: Int) -> Double in
      let start = 2 * j
      return x[0][start] + x[0][start + 1] + x[0][start + 6] + x[0][start + 7]
    }
  }) { try sum($0[0], axes: [0, -1]) }
  OperationCase("mean", [[3, 4]], reference: { columns($0[0], 4).map(average) }) {
    try mean($0[0], axes: [0])
  }
  OperationCase("var", [[5]], reference: { [meanSquare($0[0].map(deviation(from: average($0[0])))) * 5 / 4] }) { try variance($0[0], correction: 1) }
  OperationCase("max", [[3, 4]], reference: { rows($0[0], 4).map { $0.max() ?? 0 } }) {
    try max($0[0], axes: [1])
  }
  OperationCase("min", [[3, 4]], reference: { [$0[0].min() ?? 0] }) { try min($0[0]) }
  OperationCase("prod", [[5, 2]], reference: { columns($0[0], 2).map { $0.reduce(1, *) } }) { try prod($0[0], axes: [0]) }
  OperationCase("argmax", [[6]], order: 0, reference: { x in [Double(x[0].firstIndex(of: x[0].max() ?? 0) ?? -1)] }) {
    try argmax($0[0])
  }
  OperationCase("argmin", [[2, 3]], order: 0, reference: { x in
    rows(x[0], 3).map { (row: [Double]) -> Double in Double(row.firstIndex(of: row.min() ?? 0) ?? -1) }
  }) { try argmin($0[0], axis: 1) }
  OperationCase("argsort", [[5]], order: 0, reference: { x in
    (0..<5).sorted { x[0][$0] < x[0][$1] }.map(Double.init)
  }) { try argsort($0[0]) }
  OperationCase("cumsum", [[2, 3]], reference: { x in
    rows(x[0], 3).flatMap { (row: [Double]) -> [Double] in [row[0], row[0] + row[1], row[0] + row[1] + row[2]] }
  }) { try cumsum($0[0], axis: -1) }
  OperationCase("logsumexp", [[2, 3]], reference: { x in
    rows(x[0], 3).map { (row: [Double]) -> Double in Foundation.log(row.map { Foundation.exp($0) }.reduce(0, +)) }
  }) { try logSumExp($0[0], axes: [1]) }
  OperationCase("softmax", [[3, 4]], reference: { softmaxRows($0[0], 4) }) { try softmax($0[0]) }
  OperationCase("softmax in one pass", [[3, 4]], tolerance: 1e-3, reference: { softmaxRows($0[0], 4) }) {
    try softmax($0[0].cast(to: .float32)).cast(to: .float64)
  }
}

@Rows private func productCases() -> [OperationCase] {
  OperationCase("matmul", [[3, 4], [4, 2]], reference: { product($0[0], $0[1], 3, 4, 2) }) { try matmul($0[0], $0[1]) }
  OperationCase("matmul, factors rounded", [[3, 4], [4, 2]], order: 0, tolerance: 5e-2, reference: {
    product($0[0], $0[1], 3, 4, 2)
  }) { try Matmul(rounds: true).times($0[0].cast(to: .float32), $0[1].cast(to: .float32)).cast(to: .float64) }
  OperationCase("matmul, batched left", [[2, 3, 4], [4, 2]], reference: { product($0[0], $0[1], 6, 4, 2) }) {
    try matmul($0[0], $0[1])
  }
  OperationCase("matmul, both batched", [[2, 3, 4], [2, 4, 2]], reference: { x in
    (0..<2).flatMap { (b: Int) -> [Double] in product(rows(x[0], 12)[b], rows(x[1], 8)[b], 3, 4, 2) }
  }) { try matmul($0[0], $0[1]) }
  OperationCase("matmul of transposes", [[4, 3], [2, 4]], reference: { x in
    product(columns(x[0], 3).flatMap { $0 }, columns(x[1], 4).flatMap { $0 }, 3, 4, 2)
  }) { try matmul($0[0].transposed(), $0[1].transposed()) }
  OperationCase("matrix times vector", [[3, 4], [4]], reference: { product($0[0], $0[1], 3, 4, 1) }) {
    try matmul($0[0], $0[1])
  }
  OperationCase("inner product", [[4], [4]], reference: { product($0[0], $0[1], 1, 4, 1) }) { try matmul($0[0], $0[1]) }
  OperationCase("rms_norm", [[2, 4], [4]], in: 0.5...2, reference: { x in
    rows(x[0], 4).flatMap { (row: [Double]) -> [Double] in
      let scale: Double = 1 / (meanSquare(row) + 1e-6).squareRoot()
      return zip(row, x[1]).map { (a: Double, weight: Double) -> Double in a * scale * weight }
    }
  }) { try rmsNorm($0[0], weight: $0[1]) }
  OperationCase("rms_norm in one pass", [[2, 20], [20]], in: 0.5...2, tolerance: 2e-3, reference: { x in
    rows(x[0], 20).flatMap { (row: [Double]) -> [Double] in
      let scale: Double = 1 / (meanSquare(row) + 1e-6).squareRoot()
      return zip(row, x[1]).map { (a: Double, weight: Double) -> Double in a * scale * weight }
    }
  }) { try rmsNorm($0[0].cast(to: .float32), weight: $0[1].cast(to: .float32)).cast(to: .float64) }
  OperationCase("rotary", [[2, 3, 2, 4], [3, 1, 4], [3, 1, 4]], reference: { x in
    (0..<48).map { (i: Int) -> Double in
      let entry = i / 8 % 3 * 4 + i % 4
      return x[0][i] * x[1][entry] + x[0][i ^ 1] * x[2][entry]
    }
  }) { try rotary($0[0], cosine: $0[1], signedSine: $0[2]) }
  OperationCase("rotary in one pass", [[2, 3, 2, 4], [3, 1, 4], [3, 1, 4]], tolerance: 2e-3, reference: { x in
    (0..<48).map { (i: Int) -> Double in
      let entry = i / 8 % 3 * 4 + i % 4
      return x[0][i] * x[1][entry] + x[0][i ^ 1] * x[2][entry]
    }
  }) {
    try rotary($0[0].cast(to: .float32), cosine: $0[1].cast(to: .float32), signedSine: $0[2].cast(to: .float32))
      .cast(to: .float64)
  }
  OperationCase("layer_norm", [[2, 4]], reference: { x in
    rows(x[0], 4).flatMap { (row: [Double]) -> [Double] in
      let centred = row.map(deviation(from: average(row)))
      let scale: Double = 1 / (meanSquare(centred) + 1e-5).squareRoot()
      return centred.map { $0 * scale }
    }
  }) { try layerNorm($0[0]) }
  OperationCase("attention", [[2, 3, 4], [2, 5, 4], [2, 5, 2]], reference: { x in
    (0..<2).flatMap { b -> [Double] in
      let keys: [Double] = columns(rows(x[1], 20)[b], 4).flatMap { $0 }
      let logits: [Double] = product(rows(x[0], 12)[b], keys, 3, 4, 5)
      return product(softmaxRows(logits.map { $0 / 2 }, 5), rows(x[2], 10)[b], 3, 5, 2)
    }
  }) { try attention($0[0], $0[1], $0[2]) }
  OperationCase("attention in one pass", [[2, 3, 4], [2, 3, 4], [2, 3, 4]], tolerance: 2e-3, reference: attentionOfThree) {
    try attention($0[0].cast(to: .float32), $0[1].cast(to: .float32), $0[2].cast(to: .float32)).cast(to: .float64)
  }
  OperationCase("attention tangent", Array(repeating: [2, 3, 4], count: 6), tolerance: 2e-3) {
    try AttentionTangent().apply($0.map { try $0.cast(to: .float32) }).cast(to: .float64)
  }
  OperationCase("attention gradient", Array(repeating: [2, 3, 4], count: 4), tolerance: 2e-3) {
    try AttentionGradient().apply($0.map { try $0.cast(to: .float32) }).cast(to: .float64)
  }
}
