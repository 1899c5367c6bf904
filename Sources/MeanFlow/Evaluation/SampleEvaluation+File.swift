// An evaluation's sums as a file, so that a run of hours goes on where it stopped. The file says what it belongs to: sums of
// another network or other settings are never mixed in.

import Formats
import Foundation
import OrderedCollections
import Tensor

extension SampleEvaluation {
  /// What the sums are of.
  private var identity: [String] {
    let s = settings
    return [
      "imf-repl evaluation 1", "network \(network.p.fingerprint)", "judge \(judge.isInception ? "inception" : "classifier")",
      "decoded \(autoencoder != nil)", "spatial \(s.spatial)", "n \(s.count)", "batch \(s.batch)", "seed \(s.seed)",
      "steps \(s.sampling.steps)", "omega \(s.sampling.omega)", "t_min \(s.sampling.tMin)", "t_max \(s.sampling.tMax)",
    ]
  }

  public func save(to path: String) throws {
    var fields: OrderedDictionary<String, FileValue> = [
      "identity": .list(identity.map { .string($0) }), "batches": .tensor(Tensor(Double(batches), dtype: .float64)),
    ]
    for (name, value) in try pooled.fields("pooled_") + spatial.fields("spatial_") + score.fields("score_") { fields[name] = value }
    try Formats::save(.record(fields), to: path)
  }

  /// Takes up the sums of a file, if there is one.
  /// - Throws: `FormatError` where it is another evaluation's.
  public mutating func restore(from path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    guard case .record(let fields) = try load(path), case .list(let words)? = fields["identity"],
      case .tensor(let batches)? = fields["batches"]
    else { throw FormatError(.format, path, "holds no evaluation", hint: "another name, or no file there, begins a new one") }
    let theirs = words.map { if case .string(let word) = $0 { word } else { "" } }
    for (own, other) in zip(identity, theirs) where own != other {
      throw FormatError(
        .value, path, "is another evaluation's: it has \(other), this one \(own)",
        hint: "another `state`, or no file there, begins a new one")
    }
    self.batches = Int(try batches.item())
    pooled = try StatisticsAccumulator(fields, "pooled_")
    spatial = try StatisticsAccumulator(fields, "spatial_")
    try score.restore(fields, "score_")
  }
}

extension Parameters {
  /// A number that other parameters do not have: FNV-1a over names and words of 8 bytes.
  fileprivate var fingerprint: String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for (name, tensor) in tensors {
      for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      try? tensor.withBytes { bytes in
        for place in stride(from: 0, to: bytes.count - 7, by: 8) {
          hash = (hash ^ bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* 0x100_0000_01B3
        }
      }
    }
    return String(hash, radix: 16)
  }
}
