// Weights by the formula of the reference's golden/torch/README.md, which stand for files of a hundred megabytes.

import Formats
import Foundation
import OrderedCollections
import Tensor

@testable import MeanFlow

/// A network's weights made by the formula, under torch's names and in torch's layout.
struct FormulaWeights {
  /// Names and shapes, torch's.
  let slots: [(name: String, shape: [Int])]
  var gain = 1.0

  func contents() throws -> FileValue {
    .record(OrderedDictionary(uniqueKeysWithValues: try slots.map { ($0.name, .tensor(try tensor($0.name, $0.shape))) }))
  }

  func weights(path: String = "formula") throws -> NetworkWeights { try NetworkWeights(contents(), path: path) }

  /// Numbers in [0, 1) that belong to a name.
  static func uniform(_ name: String, _ count: Int, seed: UInt64 = 1) -> [Double] {
    var start: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { start = (start ^ UInt64(byte)) &* 0x100_0000_01B3 }
    start ^= seed &* 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { index in
      var z = start &+ UInt64(index) &+ 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Double((z ^ (z >> 31)) >> 40) / 0x1p24
    }
  }

  private func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
    let u = Self.uniform(name, shape.reduce(1, *))
    let numbers: [Double]
    if shape.count >= 2 {
      let bound = (3 / Double(shape.dropFirst().reduce(1, *))).squareRoot() * gain
      numbers = u.map { (2 * $0 - 1) * bound }
    } else if name.hasSuffix("running_var") || name.hasSuffix(".weight") {
      numbers = u.map { 0.5 + $0 }
    } else {
      numbers = u.map { (2 * $0 - 1) * 0.1 }
    }
    return try Tensor(numbers.map { Float($0) }, shape: shape)
  }

  /// Slots in our layout as torch has them: outputs first.
  init(ours slots: [(name: String, shape: [Int])], gain: Double = 1) {
    self.gain = gain
    self.slots = slots.map { name, shape in
      switch shape.count {
      case 4: (name, [shape[3], shape[2], shape[0], shape[1]])
      case 2: (name, [shape[1], shape[0]])
      default: (name, shape)
      }
    }
  }
}
