// What zarr says of an array: `.zarray` (version 2) or `zarr.json` (version 3). Facts: the zarr specifications.

import Foundation
import Tensor

struct ZarrArray {
  var element: ElementType
  var isBigEndian = false
  var shape: [Int]
  /// What one chunk covers; those at the edge reach beyond the array.
  var chunk: [Int]
  var codecs: ZarrCodecs
  /// The element of what no chunk gives.
  var fill: Double
  /// How a chunk's place becomes its key.
  var keyPrefix: String
  var separator: String
  var emptyKey: String

  /// Chunks along each axis.
  var grid: [Int] { zip(shape, chunk).map { ($0 + $1 - 1) / $1 } }

  var chunkBytes: Int { chunk.reduce(element.size, *) }

  func key(_ index: [Int]) -> String {
    index.isEmpty ? emptyKey : keyPrefix + index.map(String.init).joined(separator: separator)
  }

  private static let mostChunks = 1 << 22

  /// Parses a description. Throws `Malformed`, which the caller gives the array's name.
  init(_ json: Data, version: Int) throws {
    guard let text = String(validating: json, as: UTF8.self) else { throw Malformed("its description is not UTF-8") }
    let fields = ZarrFields(try JSON.parse(text), "its description")
    guard try fields.whole("zarr_format") == version else { throw Malformed("its description is not of zarr version \(version)") }
    self = try version == 2 ? Self.second(fields) : Self.third(fields)
    guard shape.count == chunk.count, !chunk.contains(0) else {
      throw Malformed("its shape \(shape) and chunks of \(chunk) do not fit together")
    }
    _ = try element.byteCount(shape, "it")
    _ = try element.byteCount(chunk, "its chunk")
    guard zip(shape, chunk).allSatisfy({ $0 < 1 << 62 && $1 < 1 << 61 }), let count = elementCount(grid), count <= Self.mostChunks else {
      throw Malformed("\(shape) in chunks of \(chunk) are more than \(Self.mostChunks) chunks")
    }
    try codecs.check(chunk, element)
  }

  private init(
    element: ElementType, isBigEndian: Bool, shape: [Int], chunk: [Int], codecs: ZarrCodecs, fill: Double, keyPrefix: String,
    separator: String, emptyKey: String
  ) {
    self.element = element
    self.isBigEndian = isBigEndian
    self.shape = shape
    self.chunk = chunk
    self.codecs = codecs
    self.fill = fill
    self.keyPrefix = keyPrefix
    self.separator = separator
    self.emptyKey = emptyKey
  }

  // MARK: version 2

  private static func second(_ fields: ZarrFields) throws -> ZarrArray {
    let shape = try fields.wholes("shape")
    let (element, isBigEndian) = try elementType(fields.text("dtype"))
    if case .list(let filters)? = fields.fields["filters"], !filters.isEmpty { throw Malformed("it has filters, which cannot be undone") }
    var codecs = ZarrCodecs()
    switch try fields.text("order") {
    case "C": break
    case "F": codecs.order = Array(shape.indices.reversed())
    case let other: throw Malformed("its order \(JSON.quoted(other)) is neither C nor F")
    }
    if case .record? = fields.fields["compressor"] {
      let compressor = try fields.object("compressor")
      codecs.bytes = [try ZarrCodecs.codec(compressor.text("id"))]
    }
    return ZarrArray(
      element: element, isBigEndian: isBigEndian, shape: shape, chunk: try fields.wholes("chunks"), codecs: codecs,
      fill: try fields.fill(), keyPrefix: "", separator: try fields.optionalText("dimension_separator") ?? ".", emptyKey: "0")
  }

  /// NumPy's names, and bfloat16.
  private static func elementType(_ name: String) throws -> (ElementType, isBigEndian: Bool) {
    if name == "bfloat16" { return (.bfloat16, false) }
    let types: [String: ElementType] = [
      "b1": .bool, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8, "u2": .uint16, "u4": .uint32,
      "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
    ]
    guard let order = name.first, "<>|".contains(order), let type = types[String(name.dropFirst())] else {
      throw Malformed("arrays of the dtype \(JSON.quoted(name)) cannot be read")
    }
    return (type, order == ">")
  }

  // MARK: version 3

  private static func third(_ fields: ZarrFields) throws -> ZarrArray {
    guard try fields.text("node_type") == "array" else { throw Malformed("it is no array") }
    let name = try fields.text("data_type")
    guard let element = ElementType(rawValue: name) else { throw Malformed("arrays of the data type \(JSON.quoted(name)) cannot be read") }
    let grid = try fields.object("chunk_grid")
    guard try grid.text("name") == "regular" else { throw Malformed("its chunks are not of equal size") }
    let encoding = try fields.object("chunk_key_encoding")
    let isDefault: Bool
    switch try encoding.text("name") {
    case "default": isDefault = true
    case "v2": isDefault = false
    case let other: throw Malformed("its chunks are named by the scheme \(JSON.quoted(other)); default and v2 can be read")
    }
    let separator = try encoding.optionalObject("configuration")?.optionalText("separator") ?? (isDefault ? "/" : ".")
    let (codecs, isBigEndian) = try ZarrCodecs.chain(fields.objects("codecs"), depth: 0)
    return ZarrArray(
      element: element, isBigEndian: isBigEndian, shape: try fields.wholes("shape"),
      chunk: try grid.object("configuration").wholes("chunk_shape"), codecs: codecs, fill: try fields.fill(),
      keyPrefix: isDefault ? "c" + separator : "", separator: separator, emptyKey: isDefault ? "c" : "0")
  }
}

/// A JSON object whose fields are asked for by kind.
struct ZarrFields {
  let fields: [String: FileValue]
  private let what: String

  init(_ value: FileValue?, _ what: String) {
    self.what = what
    if case .record(let record)? = value { fields = Dictionary(uniqueKeysWithValues: record.map { ($0.key, $0.value) }) } else { fields = [:] }
  }

  private func missing(_ name: String, _ kind: String) -> Malformed { Malformed("\(what) lacks \(kind) \"\(name)\"") }

  func text(_ name: String) throws -> String {
    guard case .string(let text)? = fields[name] else { throw missing(name, "the text") }
    return text
  }

  func optionalText(_ name: String) throws -> String? { fields[name] == nil ? nil : try text(name) }

  func whole(_ name: String) throws -> Int {
    guard case .number(let number)? = fields[name], let whole = Int(exactly: number) else { throw missing(name, "the whole number") }
    return whole
  }

  func wholes(_ name: String) throws -> [Int] {
    guard case .list(let items)? = fields[name], items.count <= 32 else { throw missing(name, "the list of sizes") }
    return try items.map { item in
      guard case .number(let number) = item, let whole = Int(exactly: number), whole >= 0 else { throw missing(name, "the list of sizes") }
      return whole
    }
  }

  func object(_ name: String) throws -> ZarrFields {
    guard case .record? = fields[name] else { throw missing(name, "the object") }
    return ZarrFields(fields[name], "\"\(name)\"")
  }

  func optionalObject(_ name: String) throws -> ZarrFields? { fields[name] == nil ? nil : try object(name) }

  func objects(_ name: String) throws -> [ZarrFields] {
    guard case .list(let items)? = fields[name], !items.isEmpty, items.count <= 16 else { throw missing(name, "the list") }
    return items.map { ZarrFields($0, "\"\(name)\"") }
  }

  /// What absent chunks hold; nothing said means 0.
  func fill() throws -> Double {
    switch fields["fill_value"] {
    case .none?, nil: return 0
    case .bool(let flag)?: return flag ? 1 : 0
    case .number(let number)? where number.magnitude <= 0x1p53 || number != number.rounded(): return number
    case .number(let number)? where Double(Float(number)) == number: return number
    case .string("NaN")?: return .nan
    case .string("Infinity")?: return .infinity
    case .string("-Infinity")?: return -.infinity
    default: throw Malformed("\(what) has a fill_value that cannot be read")
    }
  }
}
