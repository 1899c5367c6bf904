// A tree of images made ready for training and evaluation: latents as the reference's loader reads them, or packed, and the
// statistics that FID compares with. Images go in portions, decoded on all processors; what has been done is written down
// after portions, so that a run of days goes on where it stopped.

import Foundation
public import Formats
import OrderedCollections
import Synchronization
import Tensor

public struct Preparation: Sendable {
  public enum Form: String, Sendable, CaseIterable {
    /// A file an image, `00000000.pt`: {image [8, h, w], label}.
    case pt
    /// A portion a file: `moments_00000.npy` [n, h, w, 8] and `labels_00000.npy` [n], and an `index.json` of them at the end.
    case npy
  }

  let tree: ImageTree
  let size: Int
  /// Where latents and the note of what is done go.
  let target: String
  let autoencoder: Autoencoder?
  let inception: Inception?
  let form: Form
  private let portion: Int

  /// The next image of the tree, and the next number of a latent.
  public private(set) var next = 0
  public private(set) var written = 0
  /// How many latents each packed file holds.
  private var shards: [Int] = []
  public private(set) var unreadable: [(path: String, why: String)] = []
  private var pooled = StatisticsAccumulator()
  private var spatial = StatisticsAccumulator()

  /// Images of a portion, where nobody says otherwise.
  public static let usualPortion = 256

  /// - Parameters:
  ///   - target: a folder, made if it is not there.
  ///   - autoencoder: makes latents; nil for none.
  ///   - inception: makes statistics; nil for none.
  /// - Throws: `ConfigurationError` where there is nothing to make or the size cannot be; `FormatError` where the folder is in
  ///   use for something else.
  public init(
    _ tree: ImageTree, to target: String, size: Int = 256, autoencoder: Autoencoder?, inception: Inception?, form: Form = .pt,
    portion: Int = Self.usualPortion
  ) throws {
    guard autoencoder != nil || inception != nil else {
      throw ConfigurationError(
        field: "vae", reason: "is missing, and so is `net`: there is nothing to make",
        hint: "`vae = vae(path)` makes latents, `net = inception(path)` statistics for FID")
    }
    guard size >= 8, size <= 8192, autoencoder.map({ size % $0.scale == 0 }) ?? true else {
      throw ConfigurationError(field: "size", reason: "must be a multiple of 8 from 8 to 8192, not \(size)", hint: "256, 512 and 1024 are the reference's")
    }
    (self.tree, self.target, self.size) = (tree, target, size)
    (self.autoencoder, self.inception, self.form) = (autoencoder, inception, form)
    self.portion = portion
    try restore()
  }

  public var isComplete: Bool { next == tree.items.count }

  /// Makes the next portion.
  public mutating func advance() throws {
    let items = Array(tree.items[next..<min(tree.items.count, next + portion)])
    let read = Mutex<[(image: Raster?, why: String)]>(Array(repeating: (nil, ""), count: items.count))
    let size = size
    try Threads.forEach(items.count) { index in
      let found: (Raster?, String)
      do {
        found = (try image(items[index].path).centerCropped(to: size), "")
      } catch {
        found = (nil, (error as? FormatError)?.message ?? "\(error)")
      }
      read.withLock { $0[index] = found }
    }
    let answers = read.withLock { $0 }
    var good: [(image: Raster, label: Int)] = []
    var bad: [(String, String)] = []
    for (item, answer) in zip(items, answers) {
      if let image = answer.image { good.append((image, item.label)) } else { bad.append((item.path, answer.why)) }
    }
    var (pooled, spatial) = (pooled, spatial)
    if !good.isEmpty {
      let bytes = try Tensor(good.flatMap(\.image.bytes), shape: [good.count, size, size, 3])
      if let inception {
        let found = try inception(bytes)
        try pooled.add(found.pooled)
        try spatial.add(found.spatial.reshaped([good.count, -1]))
      }
      if let autoencoder { try write(autoencoder.encode(imageValues(bytes)), good.map(\.label)) }
    }
    (self.pooled, self.spatial) = (pooled, spatial)
    unreadable += bad
    next += items.count
    written += good.count
    if isComplete { try writeIndex() }
  }

  /// Latents as mean, then deviation: [8, h, w] in a file of their own, [n, h, w, 8] packed.
  private mutating func write(_ latents: (mean: Tensor, deviation: Tensor), _ labels: [Int]) throws {
    let all = try concat([latents.mean, latents.deviation], axis: 3).evaluated()
    if form == .npy {
      let number = Self.padded(shards.count, 5)
      try Formats::save(.tensor(all), to: "\(target)/moments_\(number).npy")
      try Formats::save(.tensor(Tensor(labels.map { Int32($0) })), to: "\(target)/labels_\(number).npy")
      shards.append(labels.count)
      return
    }
    for (index, label) in labels.enumerated() {
      try Interrupt.check()
      let image = try all.narrowed(axis: 0, index..<index + 1).squeezed(0).permuted([2, 0, 1]).evaluated()
      try Formats::save(
        .record(["image": .tensor(image), "label": .tensor(Tensor([Int64(label)], shape: []))]),
        to: "\(target)/\(Self.padded(written + index, 8)).pt")
    }
  }

  /// Names the packed files, last: without it there is no set.
  private func writeIndex() throws {
    guard form == .npy, let autoencoder else { return }
    let side = size / autoencoder.scale
    func numbers(_ all: [Int]) -> FileValue { .list(all.map { .number(Double($0)) }) }
    try Formats::save(
      .record([
        "kind": .string("imf-repl latents 1"), "shape": numbers([side, side, 2 * autoencoder.latentChannels]),
        "shards": .list(shards.map { .record(["count": .number(Double($0))]) }),
      ]), to: target + "/index.json")
  }

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// Statistics of all that could be read, FID's and sFID's.
  public func statistics() throws -> FileValue {
    try statisticsFile(pooled.statistics(), spatial: spatial.statistics())
  }

  // MARK: going on

  private var notePath: String { target + "/preparation.npz" }

  private var identity: [String] {
    [
      "imf-repl preparation 1", "images \(tree.items.count)", "first \(tree.items[0].path)", "size \(size)",
      "latents \(autoencoder == nil ? "none" : form.rawValue)", "portion \(portion)", "statistics \(inception != nil)",
    ]
  }

  /// Writes down what is done, beside it.
  public func save() throws {
    func count(_ number: Int) -> FileValue { .tensor(Tensor(Double(number), dtype: .float64)) }
    var fields: OrderedDictionary<String, FileValue> = [
      "identity": .list(identity.map { .string($0) }), "next": count(next), "written": count(written),
    ]
    if !shards.isEmpty { fields["shards"] = .tensor(try Tensor(shards.map { Int64($0) })) }
    if !unreadable.isEmpty {
      fields["unreadable"] = .list(unreadable.map { .string($0.path) })
      fields["why"] = .list(unreadable.map { .string($0.why) })
    }
    for (name, value) in pooled.fields("pooled_") + spatial.fields("spatial_") { fields[name] = value }
    try Formats::save(.record(fields), to: notePath)
  }

  private mutating func restore() throws {
    guard FileManager.default.fileExists(atPath: notePath) else { return }
    guard case .record(let fields) = try load(notePath) else { throw FormatError(.format, notePath, "holds no note of a preparation") }
    func texts(_ name: String) -> [String] {
      guard case .list(let items)? = fields[name] else { return [] }
      return items.map { if case .string(let text) = $0 { text } else { "" } }
    }
    func count(_ name: String) throws -> Int {
      guard case .tensor(let number)? = fields[name] else { return 0 }
      return Int(try number.item())
    }
    for (own, other) in zip(identity, texts("identity")) where own != other {
      throw FormatError(
        .value, notePath, "belongs to another preparation: it has \(other), this one \(own)", hint: "another target folder begins a new one")
    }
    (next, written) = (try count("next"), try count("written"))
    if case .tensor(let counts)? = fields["shards"] { shards = try counts.scalars(Int64.self).map(Int.init) }
    unreadable = zip(texts("unreadable"), texts("why")).map { ($0, $1) }
    pooled = try StatisticsAccumulator(fields, "pooled_")
    spatial = try StatisticsAccumulator(fields, "spatial_")
  }
}

/// A file's image in red, green and blue.
public func image(_ path: String) throws -> Raster {
  guard case .image(let raster) = try load(path) else {
    throw FormatError(.format, path, "is no image", hint: "jpg and png are read")
  }
  return raster.rgb
}
