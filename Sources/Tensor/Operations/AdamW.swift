// AdamW with moving averages: one pass over all parameters, in their own memory where nobody else holds it. Written as
// tensor operations it would read and write four times as much, and ask for 16 bytes a parameter more.
// Not a primitive: it computes at once and has no derivative.

/// One step of AdamW (Loshchilov and Hutter, 2019) as optax has it: bias-corrected moments, eps outside the root,
/// decoupled weight decay.
public struct AdamWStep: Sendable, Hashable {
  /// Decays of the moments.
  public var b1 = 0.9, b2 = 0.95
  public var eps = 1e-8
  public var weightDecay = 0.0
  /// The learning rate of this step.
  public var rate: Double
  /// Updates made including this one, from 1.
  public var count: Int
  /// Decays of the moving averages, one an average.
  public var averageDecays: [Double] = []

  public init(rate: Double, count: Int) {
    self.rate = rate
    self.count = count
  }

  /// Updates parameters, their moments and their moving averages, as many as there are decays.
  ///
  /// Tensors that nobody else holds are overwritten; others stay as they were and new ones take their place.
  /// - Throws: `TensorError` where shapes differ, a type is not float32, or memory is short; nothing has changed then.
  public func apply(
    to p: inout [Tensor], mu: inout [Tensor], nu: inout [Tensor], averages: inout [[Tensor]], gradients: [Tensor]
  ) throws {
    for (i, g) in gradients.enumerated() {
      func fits(_ tensor: Tensor) -> Bool { tensor.dtype == .float32 && tensor.shape == g.shape }
      guard fits(p[i]), fits(mu[i]), fits(nu[i]), fits(g), averages.allSatisfy({ fits($0[i]) }) else {
        let all = [p[i], mu[i], nu[i], g] + averages.map { $0[i] }
        throw TensorError(.shape, "adamw", all.map(\.operand), "parameter, moments and gradient must be float32 of one shape")
      }
    }
    try evaluate(gradients + p + mu + nu + averages.joined())
    var slots: [AdamWSlot] = []
    slots.reserveCapacity(gradients.count)
    for i in gradients.indices {
      let p = try p[i].overwritable(), mu = try mu[i].overwritable(), nu = try nu[i].overwritable()
      let averages = try averages.indices.map { try averages[$0][i].overwritable() }
      slots.append(
        AdamWSlot(
          gradient: try Evaluator.shared.value(of: gradients[i].node).contiguous(), p: p, mu: mu, nu: nu, averages: averages))
    }
    Evaluator.shared.device.adamW(slots, self)
    for (i, slot) in slots.enumerated() {
      p[i].become(slot.p)
      mu[i].become(slot.mu)
      nu[i].become(slot.nu)
      for (index, array) in slot.averages.enumerated() { averages[index][i].become(array) }
    }
  }
}

/// The memory of one parameter's update.
struct AdamWSlot {
  let gradient: NDArray
  let p, mu, nu: Overwritable
  let averages: [Overwritable]
}

/// A value and where its successor goes: the same memory where it has one holder.
struct Overwritable {
  let old: NDArray, new: NDArray
  /// Whether the successor lies elsewhere than the tensor's value.
  let isFresh: Bool
}

extension Tensor {
  /// The value, evaluated before, and memory for its successor.
  fileprivate mutating func overwritable() throws -> Overwritable {
    if isKnownUniquelyReferenced(&handle), let own = handle.ownValue, own.isContiguous {
      return Overwritable(old: own, new: own, isFresh: false)
    }
    let value = try Evaluator.shared.value(of: node)
    let old = try value.contiguous()
    // Moments start as one repeated 0: laid out in full, they are nobody else's.
    if old.storage !== value.storage { return Overwritable(old: old, new: old, isFresh: true) }
    return Overwritable(old: old, new: try NDArray(shape: shape, dtype: dtype), isFresh: true)
  }

  fileprivate mutating func become(_ array: Overwritable) {
    if array.isFresh { self = Tensor(constant: array.new) }
  }
}
