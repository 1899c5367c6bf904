// Damaged files must end in an answer: a value, or an error that says what is wrong. Never in a crash, more memory than
// the bound, or a long wait. `make fuzz FORMAT=zip SECONDS=600` runs long; the tests run each format shortly, and all inputs
// that were ever found to be answered wrongly.

import Foundation
import Tensor
import Testing

@testable import Formats

@Suite(.serialized) struct FuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// Seconds a format.
  private static let seconds = environment["FUZZ_SECONDS"].flatMap(Double.init) ?? 0.5
  private static let chosen = environment["FUZZ_FORMAT"].flatMap { $0.isEmpty ? nil : $0 }
  private static let seed = environment["FUZZ_SEED"].flatMap(UInt64.init) ?? 1

  private static let mostMemory = 512 << 20
  private static let mostSeconds = 10.0

  /// What was found to be answered wrongly, by format. A crash leaves its input here as `<format>-last`.
  private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")

  @Test(arguments: FuzzFormat.all.filter { chosen == nil || $0.name == chosen })
  func damagedFilesGetAnAnswer(_ format: FuzzFormat) throws {
    let samples = format.samples()
    try #require(samples.contains { (try? format.read($0)) != nil }, "no sample of \(format) can be read")
    let others = samples.flatMap(\.files.values).filter { !$0.isEmpty }
    let last = Self.corpus.appendingPathComponent("\(format.name)-last")
    let keepsLast = Self.environment["FUZZ_SECONDS"] != nil
    let end = ContinuousClock.now + .seconds(Self.seconds)
    var dice = Dice(seed: Self.seed)
    var (runs, answers) = (0, 0)
    while ContinuousClock.now < end {
      var sample = samples[dice.below(samples.count)]
      let names = sample.files.keys.sorted()
      let name = names[dice.below(names.count)]
      guard var bytes = sample.files[name] else { continue }
      bytes = Mutation.of(bytes, others: others, keepsLength: format.keepsLength, &dice)
      if dice.below(8) > 0 { format.repair(&bytes) }
      sample.files[name] = bytes
      if keepsLast { try Data("\(sample.name)\n\(name)\n".utf8 + bytes).write(to: last) }
      if try isRead(format, sample, run: runs) { answers += 1 }
      runs += 1
    }
    if keepsLast {
      try? FileManager.default.removeItem(at: last)
      print("\(format): \(runs) inputs, of which \(answers) were read")
    }
  }

  /// Inputs of the corpus: a sample's name, the damaged file's name, its bytes, each name on a line of its own.
  @Test(arguments: FuzzFormat.all) func whatWasFoundStaysAnswered(_ format: FuzzFormat) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path).sorted()
    for name in names where name.hasPrefix(format.name + "-") && !name.hasSuffix("-last") {
      let parts = try Data(contentsOf: Self.corpus.appendingPathComponent(name))
        .split(separator: 10, maxSplits: 2, omittingEmptySubsequences: false).map { Array($0) }
      let (sampleName, file) = (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self))
      var sample = try #require(format.samples().first { $0.name == sampleName })
      sample.files[file] = parts[2]
      _ = try isRead(format, sample, run: 0)
    }
  }

  /// Whether an input is read. What is neither read nor refused is recorded, as are memory and time above the bounds.
  private func isRead(_ format: FuzzFormat, _ sample: Sample, run: Int) throws -> Bool {
    // The kernel forgets the highest memory so far.
    try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    let before = Self.memory("VmRSS:")
    let start = ContinuousClock.now
    defer {
      let took = (ContinuousClock.now - start) / .seconds(1), more = Self.memory("VmHWM:") - before
      if took > Self.mostSeconds { Issue.record("\(format), seed \(Self.seed), input \(run) took \(took) s") }
      if more > Self.mostMemory { Issue.record("\(format), seed \(Self.seed), input \(run) took \(more >> 20) MiB") }
    }
    do {
      try format.read(sample)
      return true
    } catch is FormatError {
    } catch is Malformed {
    } catch let error as TensorError where error.kind == .limit {
    } catch {
      Issue.record("\(format), seed \(Self.seed), input \(run): \(error)")
    }
    return false
  }

  /// A line of /proc/self/status, bytes.
  private static func memory(_ name: String) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) })
    else { return 0 }
    return (Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "0") ?? 0) << 10
  }
}
