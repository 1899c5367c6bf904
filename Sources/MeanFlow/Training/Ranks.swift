// Several processes as one run, under Open MPI: each computes its share of every batch, and gradients are averaged. The
// library is looked for only where `mpirun` started the process, so that nothing is needed without it.

import Glibc
import Synchronization
import Tensor

/// The processes of a run and this one's place among them.
public final class Ranks: Sendable {
  public let index: Int
  public let count: Int
  let library: MessagePassing
  private let abandoned = Mutex<[TensorBuffer]>([])
  /// A run that was asked to end waits no longer than this for ranks that may be gone.
  private static let patience = 10.0
  /// Seconds for which a rank that waits holds its processor: longer than a sum takes, too short to matter to another rank
  /// that needs it for its work.
  private static let eagerness = 2e-3
  private static let pause: UInt32 = 100

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

  /// Waits until every rank is here.
  /// - Throws: as `wait`.
  public func meet() throws { _ = try sum(of: 0) }

  // MARK: sums

  /// Replaces numbers by their sums over all ranks.
  /// - Throws: as `wait`.
  func sum(_ numbers: inout [Double]) throws {
    let buffer = try TensorBuffer(shape: [numbers.count], dtype: .float64)
    numbers.withUnsafeBytes { buffer.bytes.copyMemory(from: $0) }
    try sum(in: buffer)
    numbers = Array(buffer.bytes.bindMemory(to: Double.self))
  }

  /// The sum of all ranks' numbers.
  func sum(of number: Double) throws -> Double {
    var numbers = [number]
    try sum(&numbers)
    return numbers[0]
  }

  /// The sum of all ranks' tensors of float64.
  func sum(of tensor: Tensor) throws -> Tensor {
    let buffer = try TensorBuffer(shape: tensor.shape, dtype: .float64)
    try tensor.withBytes { buffer.bytes.copyMemory(from: $0) }
    try sum(in: buffer)
    return buffer.tensor()
  }

  /// A number of which every rank that knows it has the same; nil where none does.
  func agreed(_ number: Int?) throws -> Int? {
    var numbers = [Double(number ?? 0), number == nil ? 0 : 1]
    try sum(&numbers)
    return numbers[1] > 0 ? Int(numbers[0] / numbers[1]) : nil
  }

  private func sum(in buffer: TensorBuffer) throws {
    var sums = [try library.begin(buffer.bytes, of: .double)]
    defer { if !sums.isEmpty { abandon([buffer]) } }
    try wait(for: &sums)
  }

  /// Waits for sums to be done; none is left of them then.
  /// - Throws: `Interrupted`, or `ConfigurationError` where ranks do not answer.
  func wait(for sums: inout [MessagePassing.Sum]) throws {
    let began = MonotonicClock.seconds
    while try !library.areDone(&sums) {
      try Interrupt.check()
      let waited = MonotonicClock.seconds - began
      guard waited < Self.patience || !Interrupt.isWished else {
        throw ConfigurationError(
          field: nil, reason: "rank \(index) of \(count) waited \(Int(waited)) s for the others", hint: "has one of them ended? its error tells")
      }
      if waited > Self.eagerness { usleep(Self.pause) } else { sched_yield() }
    }
  }

  /// Memory of sums that were under way when a run ended: it stays, since the library may still write there.
  func abandon(_ buffers: [TensorBuffer]) { abandoned.withLock { $0 += buffers } }
}
