// Where nodes were recorded: kept only while a check of numbers asks for it (NumberCheck), so that an error of a lazy
// evaluation can name the line that asked for the operation. Off, it costs one relaxed load a node.

import Synchronization

/// The place that recorded a node.
public final class Origin: Sendable {
  /// The front end's own idea of a place.
  public let place: any Sendable
  /// The operation to whose derivative the node belongs, and how often that was differentiated; nil for the function.
  public let derivative: (operation: String, order: Int)?

  init(place: any Sendable, derivative: (operation: String, order: Int)? = nil) {
    self.place = place
    self.derivative = derivative
  }
}

/// The place of the work under way.
public enum Recording {
  private static let switched = Atomic<Bool>(false)
  private static let current = Mutex<Origin?>(nil)

  /// Whether nodes remember where they were recorded.
  public internal(set) static var isOn: Bool {
    get { switched.load(ordering: .relaxed) }
    set { switched.store(newValue, ordering: .relaxed) }
  }

  /// The origin of a node made now.
  static var origin: Origin? { isOn ? current.withLock { $0 } : nil }

  /// Runs the body; what it records belongs to the place, unless an inner call names a nearer one.
  public static func at<R>(_ place: any Sendable, _ body: () throws -> R) rethrows -> R {
    try under(Origin(place: place), body)
  }

  /// Runs a derivative rule; what it records belongs to the place of the operation differentiated.
  static func derivative<R>(of node: Node, _ body: () throws -> R) rethrows -> R {
    guard isOn, let origin = node.origin else { return try body() }
    let derivative = origin.derivative.map { ($0.operation, $0.order + 1) } ?? (node.primitive.name, 1)
    return try under(Origin(place: origin.place, derivative: derivative), body)
  }

  private static func under<R>(_ origin: Origin, _ body: () throws -> R) rethrows -> R {
    let former = swap(origin)
    defer { _ = swap(former) }
    return try body()
  }

  private static func swap(_ origin: Origin?) -> Origin? {
    current.withLock { current in
      defer { current = origin }
      return current
    }
  }
}
