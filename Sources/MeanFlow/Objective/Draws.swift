// The random numbers of one training step, drawn or given.

public import Tensor

/// Everything random in the objective, for a batch of B images [B, H, W, C].
public struct Draws: Sendable {
  /// Standard normals behind t and r, [B, 1, 1, 1].
  public var normalT: Tensor
  public var normalR: Tensor
  /// The noise, [B, H, W, C].
  public var e: Tensor
  /// Uniform in [0, 0.5) and [0.5, 1), [B, 1, 1, 1].
  public var uniformTMin: Tensor
  public var uniformTMax: Tensor
  /// Uniform in [0, 1): behind omega [B, 1, 1, 1] and the dropped labels [B].
  public var uniformOmega: Tensor
  public var uniformDrop: Tensor

  /// Draws for images of a shape. The key is split in seven, one a field, in the order of the fields.
  public init(_ key: RandomKey, images shape: [Int]) throws {
    let keys = key.split(7), each = [shape[0], 1, 1, 1]
    normalT = try normal(keys[0], each)
    normalR = try normal(keys[1], each)
    e = try normal(keys[2], shape)
    uniformTMin = try uniform(keys[3], each, low: 0, high: 0.5)
    uniformTMax = try uniform(keys[4], each, low: 0.5, high: 1)
    uniformOmega = try uniform(keys[5], each)
    uniformDrop = try uniform(keys[6], [shape[0]])
  }

  /// The fields' names in scripts and golden files, in order.
  public static let names = [
    "normal_t", "normal_r", "e", "uniform_tmin", "uniform_tmax", "uniform_omega", "uniform_drop",
  ]

  /// A field by its name; nil for a name that is none, and setting such a name does nothing.
  public subscript(name: String) -> Tensor? {
    get {
      switch name {
      case "normal_t": normalT
      case "normal_r": normalR
      case "e": e
      case "uniform_tmin": uniformTMin
      case "uniform_tmax": uniformTMax
      case "uniform_omega": uniformOmega
      case "uniform_drop": uniformDrop
      default: nil
      }
    }
    set {
      guard let newValue else { return }
      switch name {
      case "normal_t": normalT = newValue
      case "normal_r": normalR = newValue
      case "e": e = newValue
      case "uniform_tmin": uniformTMin = newValue
      case "uniform_tmax": uniformTMax = newValue
      case "uniform_omega": uniformOmega = newValue
      case "uniform_drop": uniformDrop = newValue
      default: break
      }
    }
  }
}
