// Many batches judged one after the other: by one process, or by several that share them. What has been seen is written
// down now and then, so that a run of hours goes on where it stopped, with as many processes as there are then.

import Tensor

/// A sample evaluation on its way to its number.
public struct EvaluationLoop {
  private let path: String?
  private let ranks: Ranks?
  /// Seconds between two writings of the sums.
  private static let saving = 60.0

  /// - Parameters:
  ///   - path: a file for the sums; nil keeps none.
  ///   - ranks: the processes that share the batches; the first of them reads and writes the file.
  public init(state path: String?, ranks: Ranks? = nil) {
    self.path = path
    self.ranks = ranks
  }

  /// Draws and judges what is missing.
  ///
  /// - Parameter stepped: called before the first batch and after each.
  /// - Returns: the whole evaluation, on every rank the same.
  /// - Throws: what a batch or the file throws; `Interrupted` with the sums written.
  public func run(_ evaluation: SampleEvaluation, stepped: (SampleEvaluation) -> Void = { _ in }) throws -> SampleEvaluation {
    var evaluation = evaluation
    if let path, ranks?.isFirst ?? true { try evaluation.restore(from: path) }
    guard let ranks else { return try alone(evaluation, stepped) }
    evaluation.share = ranks.share
    evaluation.batches = try Int(ranks.sum(of: Double(evaluation.batches)))
    return try Interrupt.patiently { try shared(evaluation, ranks, stepped) }
  }

  private func alone(_ begun: SampleEvaluation, _ stepped: (SampleEvaluation) -> Void) throws -> SampleEvaluation {
    var evaluation = begun, saved = Stopwatch()
    stepped(evaluation)
    do {
      while !evaluation.isComplete {
        try Interrupt.check()
        try evaluation.advance()
        stepped(evaluation)
        if let path, evaluation.isComplete || saved.seconds > Self.saving {
          try evaluation.save(to: path)
          saved = Stopwatch()
        }
      }
    } catch let stopped as Interrupted {
      // The wish is heard: while it stands nothing is computed, not even what the file needs.
      Interrupt.clear()
      if let path { try evaluation.save(to: path) }
      throw stopped
    }
    return evaluation
  }

  /// Each round every rank judges a batch, and what one of them wants all do: they save and end together.
  private func shared(_ begun: SampleEvaluation, _ ranks: Ranks, _ stepped: (SampleEvaluation) -> Void) throws -> SampleEvaluation {
    var evaluation = begun, saved = Stopwatch()
    func whole() throws -> SampleEvaluation {
      let whole = try evaluation.merged(over: ranks)
      if let path, ranks.isFirst { try whole.save(to: path) }
      saved = Stopwatch()
      return whole
    }
    stepped(evaluation)
    while !evaluation.isComplete {
      try evaluation.advance()
      stepped(evaluation)
      let isLate = ranks.isFirst && path != nil && saved.seconds > Self.saving
      var wishes = [isLate ? 1.0 : 0, Interrupt.takeWish() ? 1.0 : 0]
      try ranks.sum(&wishes)
      let (isKept, isEnded) = (wishes[0] > 0, wishes[1] > 0)
      if (isKept && !evaluation.isComplete) || isEnded { _ = try whole() }
      if isEnded { throw Interrupted() }
    }
    return try whole()
  }
}

/// Seconds since it was made.
private struct Stopwatch {
  private let began = MonotonicClock.seconds

  var seconds: Double { MonotonicClock.seconds - began }
}
