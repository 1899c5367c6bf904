// The operation table must reach every primitive: what the sources declare is compared with what the rows' graphs hold,
// their derivatives' graphs included.

import Foundation
import Testing

@testable import Tensor

private let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("Sources/Tensor")

/// Names of primitives in the graph behind tensors: the type's, and for elementwise ones the operation's.
private func primitives(behind tensors: [Tensor]) -> Set<String> {
  var seen: Set<ObjectIdentifier> = [], names: Set<String> = []
  var pending = tensors.map(\.node)
  while let node = pending.popLast() {
    guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
    names.insert(
      node.primitive is Elementwise ? node.primitive.name : String(describing: type(of: node.primitive)))
    pending += node.inputs
  }
  return names
}

/// What the sources declare.
private func declared() throws -> Set<String> {
  let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
  var names: Set<String> = []
  let primitive = /struct (\w+): Primitive/
  let elementwise = /static let \w+ = (?:unary|flat|arithmetic|Elementwise)\(\s*(?:name: )?"([\w ]+)"/
  for file in files where file.pathExtension == "swift" {
    let text = try String(contentsOf: file, encoding: .utf8)
    names.formUnion(text.matches(of: primitive).map { String($0.1) })
    names.formUnion(text.matches(of: elementwise).map { String($0.1) })
  }
  // Sources have no operands, and the elementwise ones count one by one.
  return names.subtracting(["Constant", "Fill", "Elementwise"])
}

@Suite struct CoverageTests {
  @Test func everyPrimitiveHasARow() throws {
    var reached: Set<String> = []
    for row in operationCases {
      let x = try row.shapes.map { try Tensor.full($0, row.domain.upperBound / 2 + row.domain.lowerBound / 2 + 0.1, dtype: .float64).evaluated() }
      reached.formUnion(primitives(behind: [try row.function(x)]))
      guard row.order > 0 else { continue }
      let (outputs, pullback) = try vjp({ [try row.function($0)] }, at: x)
      reached.formUnion(primitives(behind: outputs + (try pullback([.ones(outputs[0].shape)]).compactMap { $0 })))
    }
    let missing = try declared().subtracting(reached)
    #expect(missing.isEmpty, "without a row in OperationCases: \(missing.sorted().joined(separator: ", "))")
    #expect(try declared().count > 50)
  }
}
