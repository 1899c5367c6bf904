// Several processes as one run, under Open MPI: each computes its share of every batch, and gradients are averaged. The
// library is looked for only where `mpirun` started the process, so that nothing is needed without it.

import Glibc
import Synchronization
import Tensor

/// The processes of a run and this one's place among them.
public final class Ranks: Sendable {
  public let index: Int
  public let count: Int
  private let library: MessagePassing
  /// A run that was asked to end waits no longer than this for ranks that may be gone.
  private static let patience = 10.0

  private init(_ library: MessagePassing) throws {
    self.library = library
    (index, count) = try library.place()
  }

  public var share: Share { Share(index: index, count: count) }
  /// Whether this one speaks for all: it alone logs and writes.
  public var isFirst: Bool { index == 0 }

  private static let joined = Mutex<Ranks?>(nil)

  /// The processes that `mpirun` or `srun` started with this one; nil where it is alone.
  ///
  /// - Throws: `ConfigurationError` where there are others, but no Open MPI to speak to them with.
  public static func current() throws -> Ranks? {
    try joined.withLock { joined in
      if let joined { return joined }
      // `mpirun` sets both, `srun --mpi=pmix` the second.
      let size = getenv("OMPI_COMM_WORLD_SIZE").flatMap { Int(String(cString: $0)) }
      guard size.map({ $0 > 1 }) ?? (getenv("PMIX_RANK") != nil) else { return nil }
      let ranks = try Ranks(MessagePassing())
      joined = ranks.count > 1 ? ranks : nil
      return joined
    }
  }

  /// The mean of all ranks' gradients, and whether any of them wishes to end: what one decides, all do at the same step.
  /// - Throws: `Interrupted`, or `ConfigurationError` where ranks do not answer; nothing has changed then.
  func mean(of own: StepGradient, wish: Bool) throws -> (StepGradient, wish: Bool) {
    let buffers = try own.gradients.map { gradient in
      let buffer = try TensorBuffer(shape: gradient.shape, dtype: .float32)
      try gradient.withBytes { buffer.bytes.copyMemory(from: $0) }
      return buffer
    }
    var numbers = [own.loss, own.lossU, own.lossV, wish ? 1 : 0]
    try numbers.withUnsafeMutableBytes { numbers in
      try library.sum(buffers.map(\.bytes), numbers) { waited in
        try Interrupt.check()
        guard waited < Self.patience || !Interrupt.isWished else {
          throw ConfigurationError(
            field: nil, reason: "rank \(index) of \(count) waited \(Int(waited)) s for the others' gradients", hint: "has one of them ended? its error tells")
        }
      }
    }
    let scale = 1 / Float(count)
    for buffer in buffers {
      let values = buffer.bytes.bindMemory(to: Float.self)
      for place in values.indices { values[place] *= scale }
    }
    let share = 1 / Double(count)
    let mean = try StepGradient(
      gradients: buffers.map { $0.tensor() }, loss: numbers[0] * share, lossU: numbers[1] * share, lossV: numbers[2] * share)
    return (mean, numbers[3] > 0)
  }
}
