// The mean of all ranks' gradients. Each array goes into a bucket as soon as backpropagation is done with it, and full
// buckets are summed over the ranks beside the rest of the backward pass.

import Tensor

/// One step's gradient on its way to being everybody's.
final class GradientMean {
  /// Arrays that are summed in one call, one after the other in memory.
  private struct Bucket {
    let buffer: TensorBuffer
    let values: UnsafeMutableBufferPointer<Float>
    /// How many of its arrays are not there yet.
    var missing: Int
  }

  private let ranks: Ranks
  private let shapes: [[Int]]
  private var buckets: [Bucket] = []
  /// By parameter: where its gradient lies.
  private var places: [(bucket: Int, start: Int)]
  /// The first so many buckets are under way. In this order on every rank, whatever order their arrays come in: ranks whose
  /// shares hold only rows with r = t, or none, walk graphs of their own.
  private var begun = 0
  private var sums: [MessagePassing.Sum] = []
  /// Loss, its two parts, and who wishes to end.
  private var numbers = [0.0, 0.0, 0.0, 0.0]
  private var looked = 0.0

  /// Large enough that a message's latency is nothing beside it, small enough that the last one, which nothing is left
  /// beside, is soon done. A small network's gradient comes in eight, to begin early.
  private static let largest = 16 << 20, fewest = 8
  /// Seconds between two looks at what is under way; a look costs about a microsecond.
  private static let patience = 1e-4

  init(of network: Network, over ranks: Ranks) throws {
    self.ranks = ranks
    shapes = network.p.values.map(\.shape)
    places = Array(repeating: (0, 0), count: shapes.count)
    let sizes = shapes.map { $0.reduce(1, *) }
    let limit = min(Self.largest, sizes.reduce(0, +) * 4 / Self.fewest) / 4
    var members: [Int] = [], filled = 0
    func close() throws {
      guard !members.isEmpty else { return }
      let buffer = try TensorBuffer(shape: [filled], dtype: .float32)
      buckets.append(Bucket(buffer: buffer, values: buffer.bytes.bindMemory(to: Float.self), missing: members.count))
      (members, filled) = ([], 0)
    }
    for index in network.backwardOrder {
      if filled + sizes[index] > limit { try close() }
      places[index] = (buckets.count, filled)
      members.append(index)
      filled += sizes[index]
    }
    try close()
  }

  deinit { if !sums.isEmpty { ranks.abandon(buckets.map(\.buffer)) } }

  /// Computes a pass' gradients and numbers and takes their part of the mean.
  ///
  /// - Parameters:
  ///   - part: of how many passes that make this rank's share it is the how-manieth.
  func add(_ pass: TrainingPass, part: Int, of parts: Int) throws {
    let share = 1 / Float(parts * ranks.count)
    let outlet = Outlet(
      take: { [self] index, bytes in
        guard index < shapes.count else {
          numbers[index - shapes.count] += Double(bytes.loadUnaligned(as: Float.self)) / Double(parts)
          return
        }
        let (bucket, start) = places[index]
        let source = bytes.assumingMemoryBound(to: Float.self)
        let target = UnsafeMutableBufferPointer(rebasing: buckets[bucket].values[start..<start + source.count])
        Self.put(source, times: share, into: target, adding: part > 0)
        guard part == parts - 1 else { return }
        buckets[bucket].missing -= 1
        try begin()
      },
      between: { [self] in
        guard !sums.isEmpty, MonotonicClock.seconds - looked > Self.patience else { return }
        _ = try ranks.library.areDone(&sums)
        looked = MonotonicClock.seconds
      })
    try evaluate(pass.gradients + pass.numbers, into: outlet)
  }

  private static func put(_ source: UnsafeBufferPointer<Float>, times share: Float, into target: UnsafeMutableBufferPointer<Float>, adding: Bool) {
    if adding {
      for place in source.indices { target[place] += share * source[place] }
    } else {
      for place in source.indices { target[place] = share * source[place] }
    }
  }

  /// Sets the buckets under way that are full and have none before them that is not.
  private func begin() throws {
    while begun < buckets.count, buckets[begun].missing == 0 {
      sums.append(try ranks.library.begin(buckets[begun].buffer.bytes, of: .float))
      begun += 1
    }
  }

  /// The mean, and whether any rank wishes to end: what one decides, all do at the same step.
  /// - Throws: `Interrupted`, or `ConfigurationError` where ranks do not answer; nothing has changed then.
  func finish(wish: Bool) throws -> (StepGradient, wish: Bool) {
    let began = MonotonicClock.seconds
    numbers[3] = wish ? Double(ranks.count) : 0
    try withoutDenormals { try ranks.wait(for: &sums) }
    try ranks.sum(&numbers)
    let waited = MonotonicClock.seconds - began
    let share = 1 / Double(ranks.count)
    let gradients = zip(places, shapes).map { place, shape in buckets[place.bucket].buffer.tensor(from: place.start, shape: shape) }
    var mean = try StepGradient(gradients: gradients, loss: numbers[0] * share, lossU: numbers[1] * share, lossV: numbers[2] * share)
    mean.waited = waited
    return (mean, numbers[3] > 0)
  }
}

extension Network {
  /// The parameters' places in the order in which backpropagation ends with them: the v-head, the u-head, the trunk, each
  /// from its end, and what stands before it.
  var backwardOrder: [Int] {
    let stages = ["net/v_", "net/u_", "net/"]
    let stage = p.names.map { name in stages.firstIndex { name.hasPrefix($0) } ?? stages.count }
    return p.names.indices.sorted { (stage[$0], $1) < (stage[$1], $0) }
  }
}
