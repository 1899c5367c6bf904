// The first NaN stops an evaluation: with the operation that made it from good inputs, their ranges, and the place
// where it was recorded. Off unless asked for; on, elementwise chains run node by node and every result is read.

import Synchronization

/// Which numbers an operation must not make out of inputs that have none of them.
public enum NumberCheck: UInt8, Sendable {
  case off, nan, nanAndInfinity

  private static let chosen = Atomic<UInt8>(0)

  /// The check in force. Only nodes recorded while it is on know where they come from.
  public static var current: NumberCheck {
    get { NumberCheck(rawValue: chosen.load(ordering: .relaxed)) ?? .off }
    set {
      chosen.store(newValue.rawValue, ordering: .relaxed)
      Recording.isOn = newValue != .off
    }
  }

  private func isBad(_ number: Double) -> Bool { self == .nan ? number.isNaN : !number.isFinite }

  private func holds(_ array: NDArray) -> Bool {
    guard array.dtype.isFloating else { return false }
    var found = false
    array.eachBlock(of: 0..<array.count) { block in
      // x - x is 0 unless x is NaN or infinite, and so is the sum of such: one test a block.
      if !block.reduce(0, { $0 + ($1 - $1) }).isFinite { found = block.contains(where: isBad) }
      return !found
    }
    return found
  }

  /// Throws where the result holds such a number and no input does.
  func examine(_ result: NDArray, of node: Node, from inputs: [NDArray]) throws {
    guard holds(result), !inputs.contains(where: holds) else { return }
    let found = try result.statistics
    let what = found.nans > 0 ? "NaN" : "infinity"
    let places = (found.nans > 0 ? found.nans : found.infinities).description
    let derivative = node.origin?.derivative.map { operation, order in
      "in the \(order == 1 ? "" : order == 2 ? "second " : "higher ")derivative of \(operation): "
    }
    var error = TensorError(
      .value, node.primitive.name, node.inputs.map(\.operand),
      "\(derivative ?? "")\(what) first arises here, in \(places) of \(found.count) elements",
      hint: Self.hints[node.primitive.name])
    error.notes = try zip(node.inputs, inputs).enumerated().map { index, input in
      "input \(index + 1): \(input.0.operand), \(try input.1.statistics.range)"
    }
    if node.origin == nil { error.notes.append("recorded before the check was on: its line is not known") }
    error.origin = node.origin
    throw error
  }

  private static let hints = [
    "log": "keep the argument above 0: log(maximum(x, 1e-12))",
    "sqrt": "the argument is below 0",
    "divide": "0 / 0 and inf / inf are NaN; `where` inside the divisor keeps it from 0",
    "subtract": "inf - inf is NaN: something overflowed before",
    "multiply": "0 * inf is NaN: something overflowed before",
    "power": "a negative number has no power with a fraction",
  ]
}

extension Statistics {
  /// `-1.5 ... 3`, for notes.
  fileprivate var range: String {
    let numbers = finite == 0 ? "no finite element" : min == max ? "all \(min)" : "from \(min) to \(max)"
    return numbers + (nans > 0 ? ", \(nans) NaN" : "") + (infinities > 0 ? ", \(infinities) infinite" : "")
  }
}
