// Values that leave an evaluation as soon as they are there, so that what is done with them, sending them to other
// processes for one, goes on beside the rest. Nothing of them is kept: their memory is free after their last use.

/// Who takes the values of an evaluation. The evaluating thread calls, in the order of the program that made the tensors.
/// Neither closure may read a tensor: whoever reads waits for the evaluation to end.
public struct Outlet {
  let take: (Int, UnsafeRawBufferPointer) throws -> Void
  let between: () throws -> Void

  /// - Parameters:
  ///   - take: gets a tensor's place among those asked for and its row-major bytes, which are gone after the call.
  ///   - between: called between the steps of the evaluation, thousands of times in one of a large network.
  public init(take: @escaping (Int, UnsafeRawBufferPointer) throws -> Void, between: @escaping () throws -> Void = {}) {
    self.take = take
    self.between = between
  }
}

/// Computes tensors in one walk and hands over each value once, as soon as it is there. One that is read afterwards is
/// computed anew, unless it was known before.
///
/// - Throws: what an evaluation or the outlet throws; the values handed over until then stay handed over.
public func evaluate(_ tensors: [Tensor], into outlet: Outlet) throws {
  try Evaluator.shared.evaluate(tensors.map(\.node), into: outlet)
}

/// An outlet in one evaluation: which nodes it waits for.
struct OpenOutlet {
  private let outlet: Outlet
  /// By node: where it stands among those asked for, twice perhaps.
  private let places: [ObjectIdentifier: [Int]]

  init(_ outlet: Outlet, roots: [Node]) {
    self.outlet = outlet
    places = Dictionary(grouping: roots.indices) { ObjectIdentifier(roots[$0]) }
  }

  func waits(for node: Node) -> Bool { places[ObjectIdentifier(node)] != nil }

  func hand(over array: NDArray, of node: Node) throws {
    let array = try array.contiguous()
    let bytes = UnsafeRawBufferPointer(start: array.pointer, count: array.count * array.dtype.size)
    for place in places[ObjectIdentifier(node)] ?? [] { try outlet.take(place, bytes) }
    withExtendedLifetime(array.storage) {}
  }

  func between() throws { try outlet.between() }
}
