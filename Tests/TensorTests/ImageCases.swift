// Rows of the operation table for images and for Einstein's notation; OperationTests runs them with the others.

import Foundation

@testable import Tensor

/// Plain loops over windows of one batch: `body` gets the output's place and each element's place in the image, with its
/// place in the window; nothing in the border.
@Sendable private func walk(
  _ shape: [Int], size: [Int], stride: [Int], before: [Int], count: [Int],
  _ body: (_ image: Int, _ output: Int, _ window: Int, _ channel: Int) -> Void
) {
  let (h, w, c) = (shape[1], shape[2], shape[3])
  for n in 0..<shape[0] {
    for i in 0..<count[0] {
      for j in 0..<count[1] {
        for a in 0..<size[0] {
          for b in 0..<size[1] {
            let (y, x) = (i * stride[0] + a - before[0], j * stride[1] + b - before[1])
            guard (0..<h).contains(y), (0..<w).contains(x) else { continue }
            for k in 0..<c {
              body(((n * h + y) * w + x) * c + k, ((n * count[0] + i) * count[1] + j), a * size[1] + b, k)
            }
          }
        }
      }
    }
  }
}

/// Convolution of x with shape [n, h, w, c] by kernels w [kh, kw, c, o].
@Sendable private func convolved(
  _ x: [[Double]], _ shape: [Int], _ kernel: [Int], stride: [Int], before: [Int], count: [Int]
) -> [Double] {
  let (c, o) = (kernel[2], kernel[3])
  var y = [Double](repeating: 0, count: shape[0] * count[0] * count[1] * o)
  walk(shape, size: [kernel[0], kernel[1]], stride: stride, before: before, count: count) { image, output, window, k in
    for p in 0..<o { y[output * o + p] += x[0][image] * x[1][(window * c + k) * o + p] }
  }
  return y
}

private func averaged(_ x: [Double], _ shape: [Int], dividing: (Int) -> Double) -> [Double] {
  var sums = [Double](repeating: 0, count: shape[0] * 4 * shape[3]), covered = sums
  walk(shape, size: [2, 3], stride: [2, 2], before: [1, 1], count: [2, 2]) { image, output, _, k in
    sums[output * shape[3] + k] += x[image]
    covered[output * shape[3] + k] += 1
  }
  return zip(sums, covered).map { $0 / dividing(Int($1)) }
}

@Rows func imageCases() -> [OperationCase] {
  OperationCase("conv2d", [[2, 4, 3, 2], [2, 2, 2, 3]], reference: { x in
    convolved(x, [2, 4, 3, 2], [2, 2, 2, 3], stride: [1, 1], before: [0, 0], count: [3, 2])
  }) { try conv2d($0[0], $0[1]) }
  OperationCase("conv2d with steps and a border", [[1, 5, 4, 2], [3, 2, 2, 2]], reference: { x in
    convolved(x, [1, 5, 4, 2], [3, 2, 2, 2], stride: [2, 3], before: [1, 0], count: [3, 2])
  }) {
    try conv2d($0[0], $0[1], stride: [2, 3], padding: .sizes(before: [1, 0], after: [2, 1]))
  }
  OperationCase("conv2d, same size", [[1, 3, 3, 1], [2, 3, 1, 2]], reference: { x in
    convolved(x, [1, 3, 3, 1], [2, 3, 1, 2], stride: [1, 1], before: [0, 1], count: [3, 3])
  }) { try conv2d($0[0], $0[1], padding: .same) }
  OperationCase("conv2d by the library", [[2, 5, 4, 3], [3, 3, 3, 4]], in: -1...1, tolerance: 2e-3, reference: { x in
    convolved(x, [2, 5, 4, 3], [3, 3, 3, 4], stride: [2, 1], before: [1, 1], count: [3, 4])
  }) {
    try conv2d($0[0].cast(to: .float32), $0[1].cast(to: .float32), stride: [2, 1], padding: .around(1)).cast(to: .float64)
  }
  OperationCase("max_pool", [[2, 5, 4, 3]], reference: { x in
    var y = [Double](repeating: -.infinity, count: 2 * 2 * 2 * 3)
    walk([2, 5, 4, 3], size: [2, 2], stride: [2, 2], before: [0, 0], count: [2, 2]) { image, output, _, k in
      y[output * 3 + k] = Swift.max(y[output * 3 + k], x[0][image])
    }
    return y
  }) { try maxPool($0[0], size: [2, 2]) }
  OperationCase("max_pool of overlapping windows", [[1, 5, 4, 2]], reference: { x in
    var y = [Double](repeating: -.infinity, count: 3 * 4 * 2)
    walk([1, 5, 4, 2], size: [3, 3], stride: [2, 1], before: [1, 1], count: [3, 4]) { image, output, _, k in
      y[output * 2 + k] = Swift.max(y[output * 2 + k], x[0][image])
    }
    return y
  }) { try maxPool($0[0], size: [3, 3], stride: [2, 1], padding: .around(1)) }
  OperationCase("place of the largest of each window", [[1, 2, 2, 1]], order: 0, reference: { x in
    [Double(x[0].firstIndex(of: x[0].max() ?? 0) ?? -1)]
  }) {
    let windows = try Windows(over: [2, 2], size: [2, 2], stride: [1, 1], padding: .valid, for: "max_pool", [])
    return try WindowArgmax(windows: windows)($0[0])
  }
  OperationCase("avg_pool", [[2, 3, 4, 2]], reference: { averaged($0[0], [2, 3, 4, 2], dividing: { _ in 6 }) }) {
    try avgPool($0[0], size: [2, 3], stride: [2, 2], padding: .sizes(before: [1, 1], after: [0, 0]))
  }
  OperationCase("avg_pool without the border", [[2, 3, 4, 2]], reference: { x in
    averaged(x[0], [2, 3, 4, 2], dividing: Double.init)
  }) {
    try avgPool(
      $0[0], size: [2, 3], stride: [2, 2], padding: .sizes(before: [1, 1], after: [0, 0]), countsPadding: false)
  }
}

@Rows func einsumCases() -> [OperationCase] {
  // Signs of eigenvectors are free, their squares are not.
  OperationCase("eigh", [[2, 2]], in: -1...1, reference: { x in
    let a = x[0][0], b = x[0][2], c = x[0][3] + 4
    let middle = (a + c) / 2, radius = Foundation.hypot((a - c) / 2, b)
    return [middle - radius, middle + radius]
  }) { try eigh($0[0] + Tensor([0.0, 0, 0, 4], shape: [2, 2])).values }
  OperationCase("eigenvectors, squared", [[3, 3]], in: -1...1) {
    try square(eigh($0[0] + Tensor([0.0, 0, 0, 0, 3, 0, 0, 0, 7], shape: [3, 3])).vectors)
  }
  OperationCase("einsum, a product", [[2, 3], [3, 2]], reference: { x in
    (0..<4).map { (p: Int) -> Double in (0..<3).reduce(0.0) { $0 + x[0][p / 2 * 3 + $1] * x[1][$1 * 2 + p % 2] } }
  }) { try einsum("ij,jk->ik", $0) }
  OperationCase("einsum, a trace", [[3, 3]], reference: { x in [x[0][0] + x[0][4] + x[0][8]] }) { try einsum("ii", $0) }
  OperationCase("einsum, a diagonal", [[3, 3, 2]], reference: { x in
    [0, 4, 8].flatMap { (p: Int) -> [Double] in [x[0][2 * p], x[0][2 * p + 1]] }
  }) { try einsum("ii...->i...", $0) }
  OperationCase("einsum, implicit transpose", [[2, 3]], reference: { x in [0, 3, 1, 4, 2, 5].map { x[0][$0] } }) {
    try einsum("ba", $0)
  }
  OperationCase("einsum, an outer product", [[2], [3]], reference: { x in x[0].flatMap { a in x[1].map { a * $0 } } }) {
    try einsum("i,j", $0)
  }
  OperationCase("einsum, batches by ellipsis", [[2, 2, 3], [3]], reference: { x in
    (0..<4).map { (row: Int) -> Double in (0..<3).reduce(0.0) { $0 + x[0][row * 3 + $1] * x[1][$1] } }
  }) { try einsum("...j,j", $0) }
  OperationCase("einsum of three", [[2, 3], [3, 2], [2]], reference: { x in
    (0..<2).map { (i: Int) -> Double in
      (0..<6).reduce(0.0) { $0 + x[0][i * 3 + $1 / 2] * x[1][$1] * x[2][$1 % 2] }
    }
  }) { try einsum("ij,jk,k->i", $0) }
}
