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
  /// How many rows from the first have r = t; nil: the settings' share of them.
  var flowRows: Int?

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

/// Every so-many-th row of a batch: what one of several processes, or one of several passes, takes of it.
public struct Share: Sendable, Hashable {
  /// Rows index, index + count, ...
  public let index: Int
  public let count: Int

  /// The whole batch.
  public static let whole = Share(index: 0, count: 1)

  public init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  /// A share of this share.
  func part(_ index: Int, of count: Int) -> Share {
    Share(index: self.index + self.count * index, count: self.count * count)
  }

  /// The rows of a batch of so many.
  func rows(of batch: Int) -> [Int] { Array(stride(from: index, to: batch, by: count)) }

  func taken(of x: Tensor) throws -> Tensor {
    count == 1 ? x : try x.sliced([.range(start: index, stop: nil, step: count)])
  }
}

extension Draws {
  /// What a share of the batch draws: the gradients of all shares, averaged, are then the whole batch's. The rows with
  /// r = t and those without a label are chosen among the whole batch, as the objective chooses them.
  func part(_ share: Share, _ settings: ObjectiveSettings) throws -> Draws {
    guard share.count > 1 else { return self }
    let B = e.shape[0]
    let flow = settings.flowRows(of: B)
    var part = self
    for name in Draws.names { part[name] = try self[name].map { try share.taken(of: $0) } }
    part.flowRows = share.rows(of: B).count { $0 < flow }
    // Chosen rows draw 0, the others 1: below or above every probability that chooses some and not all.
    let dropped = try settings.dropped(self)
    part.uniformDrop = try share.taken(of: select(dropped, Tensor(0), Tensor(1)))
    return part
  }
}

extension ObjectiveSettings {
  /// The first so many rows of a batch have r = t.
  func flowRows(of batch: Int) -> Int { min(batch, max(0, Int(Double(batch) * dataProportion))) }

  /// The rows that lose their label.  [B]
  func dropped(_ draws: Draws) throws -> Tensor {
    let chosen = try less(draws.uniformDrop, Tensor(classDropoutProb))  // [B]
    return randomDropout ? chosen : try less(Tensor.arange(chosen.shape[0]).cast(to: .int64), sum(chosen))
  }
}
