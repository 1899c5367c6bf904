// Several processes as one run under Open MPI: the numbers of one process, and mistakes that end all of them.

import Foundation
import Testing

@testable import Repl

@Suite(
  .enabled(if: TerminalSession.program != nil && FileManager.default.isExecutableFile(atPath: ProgramRun.starter), "mpirun and the built program are needed"),
  .serialized)
final class RankTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/imf-ranks-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private static let network =
    "m = imf({input_size: 4, in_channels: 1, hidden_size: 16, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 3}); "
    + "x = normal(key(5), [24, 4, 4, 1]); y = range(24) |> map(i -> i % 3); "

  /// What the processes print when they run this; each for itself, so scripts ask which they are.
  private func run(_ code: String, ranks: Int?) throws -> ProgramRun {
    try ProgramRun(["--threads", "1", "-e", Self.network + code], ranks: ranks, folder: folder)
  }

  private func numbers(_ code: String, ranks: Int?) throws -> [Double] {
    let run = try run(code + "; if ranks().index == 0 { for number in found { print(number) } }", ranks: ranks)
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").compactMap { Double($0) }
  }

  private func expectClose(_ a: [Double], _ b: [Double], _ bound: Double) {
    #expect(a.count == b.count && !a.isEmpty, "\(a) \(b)")
    for (a, b) in zip(a, b) { #expect(abs(a - b) <= bound * abs(b), "\(a) \(b)") }
  }

  /// In one part and in two; the gradient's sum is under way beside the backward pass.
  @Test(arguments: [1, 2]) func aSharedRunIsTheRunOfOne(_ accumulate: Int) throws {
    let code =
      "s = train(train_state(m, lr = 1e-3, accumulate = \(accumulate)), x, y, steps = 4, size = 12); "
      + "found = [s.loss_u, s.loss_v, s.grad_norm] + map(keys(s.params), name -> sum(abs(s.params[name]))) + map(keys(s.params), name -> sum(abs(s.ema_params[name])))"
    let alone = try numbers(code, ranks: nil)
    for ranks in [2, 3] { expectClose(try numbers(code, ranks: ranks), alone, 3e-5) }
  }

  /// Six of a batch's twelve rows have r = t: with six processes of two rows each, three walk one graph and three another.
  @Test func ranksWithOtherGraphsSumTheSameArrays() throws {
    let code = "s = train(train_state(m, lr = 1e-3), x, y, steps = 2, size = 6); found = [s.loss_u, s.grad_norm]"
    expectClose(try numbers(code, ranks: 6), try numbers(code, ranks: nil), 3e-5)
  }

  @Test func theWaitIsLogged() throws {
    let code = "train(train_state(m), x, y, steps = 3, size = 12, run = \"run\", log_per_step = 1); found = if ranks().index == 0 { history(\"run\").seconds_waiting } else { [] }"
    let waits = try numbers(code, ranks: 2)
    #expect(waits.count == 3 && waits.allSatisfy { $0 >= 0 && $0 < 10 })
    #expect(try run("train(train_state(m), x, y, steps = 1, size = 12, run = \"alone\", log_per_step = 1); print(keys(history(\"alone\")))", ranks: nil)
      .output.contains("waiting") == false)
  }

  private static let judged =
    "judge = classifier(x, y, steps = 3); m = with_params(m, map_tree(p -> p + 0.1 * normal(key(1), p.shape), m.params)); "

  /// More batches than processes, as many, fewer; with a last one that is cut.
  @Test(arguments: [(200, 2), (64, 2), (40, 3)]) func aSharedEvaluationIsTheOneOfOne(_ n: Int, _ ranks: Int) throws {
    let code = Self.judged + "r = fid(m, x, n = \(n), size = 32, omega = 2, net = judge); found = [r.frechet_distance, r.statistics.n, sum(r.statistics.mu), sum(abs(r.statistics.sigma))]"
    let alone = try numbers(code, ranks: nil)
    #expect(alone[1] == Double(n))
    expectClose(try numbers(code, ranks: ranks), alone, 1e-9)
  }

  /// The file that several wrote is one process', and the other way round.
  @Test func evaluationsGoOnWithOtherNumbersOfProcesses() throws {
    let code = Self.judged + "r = fid(m, x, n = 128, size = 16, net = judge, state = \"eval.npz\"); found = [r.frechet_distance]"
    let shared = try numbers(code, ranks: 2)
    #expect(try numbers(code, ranks: nil) == shared)
    #expect(try numbers(code, ranks: 3) == shared)
    try FileManager.default.removeItem(atPath: folder + "/eval.npz")
    expectClose(try numbers(code, ranks: nil), shared, 1e-9)
    // Another evaluation's file ends all.
    let other = try run(code.replacing("n = 128", with: "n = 64"), ranks: 2)
    #expect(other.status != 0 && other.errors.contains("is another evaluation's"))
  }

  @Test func mistakesEndAll() throws {
    let odd = try run("train(train_state(m), x, y, steps = 1, size = 9)", ranks: 2)
    #expect(odd.status != 0 && odd.errors.contains("is 9, which 2 processes cannot share"))
    let alone = try run("if ranks().index == 1 { fail(\"only here\") }; train(train_state(m), x, y, steps = 100000, size = 12)", ranks: 2)
    #expect(alone.status != 0 && alone.errors.contains("only here"))
  }
}
