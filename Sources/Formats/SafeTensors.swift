// safetensors: a length, a JSON header of names with dtypes, shapes and byte ranges, then the bytes, without holes.
// Facts: the format's README; limits as the reference library's.

import Foundation
public import OrderedCollections
public import Tensor

/// Tensors by name, with text about them.
public struct SafeTensors: Sendable {
  public var tensors: OrderedDictionary<String, Tensor>
  public var metadata: OrderedDictionary<String, String>

  public init(tensors: OrderedDictionary<String, Tensor>, metadata: OrderedDictionary<String, String> = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  private static let longestHeader = 100_000_000
  private static let names: [DType: String] = [
    .bool: "BOOL", .uint8: "U8", .int32: "I32", .int64: "I64", .bfloat16: "BF16", .float32: "F32", .float64: "F64",
  ]

  private static let elements: [String: ElementType] = [
    "BOOL": .bool, "U8": .uint8, "I8": .int8, "U16": .uint16, "I16": .int16, "F16": .float16, "BF16": .bfloat16, "U32": .uint32,
    "I32": .int32, "F32": .float32, "U64": .uint64, "I64": .int64, "F64": .float64,
  ]

  // MARK: reading

  /// Reads a file. Throws `FormatError` naming the file and the tensor.
  public init(contentsOf path: String) throws {
    do {
      self = try SafeTensors(Source(path: path, data: File.bytes(path)))
    } catch let error as Malformed {
      throw FormatError(.format, path, "safetensors: \(error.what)", hint: error.hint)
    }
  }

  init(_ source: Source) throws { self = try source.data.withUnsafeBytes { try SafeTensors($0, source) } }

  private init(_ bytes: UnsafeRawBufferPointer, _ source: Source) throws {
    var reader = ByteReader(bytes)
    let length = try reader.integer(UInt64.self, "the header's length")
    guard length <= Self.longestHeader, length <= reader.remaining else {
      throw Malformed("the header announces \(length) bytes, the file has \(reader.remaining)", hint: "the file is cut off or no safetensors")
    }
    let text = try reader.text(Int(length), "the header")
    guard text.hasPrefix("{") else { throw Malformed("the header is no JSON object") }
    guard case .record(let header) = try JSON.parse(text, wholeNumbersOnly: true) else { throw Malformed("the header is no JSON object") }
    let data = try reader.take(reader.remaining, "the tensors")
    tensors = [:]
    metadata = [:]
    var ranges: [(start: Int, end: Int, name: String)] = []
    for (name, entry) in header {
      if name == "__metadata__" {
        metadata = try Self.metadata(entry)
        continue
      }
      let (start, end, read) = try Self.tensor(name, entry, data, source.data)
      ranges.append((start, end, name))
      if source.wants(name) { tensors[name] = try read() }
    }
    if let keys = source.options.keys, tensors.isEmpty { throw keys.nothing(among: ranges.map(\.name)) }
    try Self.check(ranges, data.count)
  }

  private static func metadata(_ entry: FileValue) throws -> OrderedDictionary<String, String> {
    guard case .record(let fields) = entry else { throw Malformed("__metadata__ is no object") }
    return try fields.mapValues { value in
      guard case .string(let text) = value else { throw Malformed("__metadata__ holds something that is no text") }
      return text
    }
  }

  /// Where a tensor lies, and how it is read once all is checked.
  private static func tensor(_ name: String, _ entry: FileValue, _ data: UnsafeRawBufferPointer, _ owner: Data) throws
    -> (start: Int, end: Int, read: () throws -> Tensor)
  {
    guard case .record(let fields) = entry, case .string(let type)? = fields["dtype"],
      let shape = sizes(fields["shape"]), let offsets = sizes(fields["data_offsets"]), offsets.count == 2
    else {
      throw Malformed("\(name) lacks dtype, shape or data_offsets, or they are not whole numbers")
    }
    let (start, end) = (offsets[0], offsets[1])
    guard start <= end, end <= data.count else {
      throw Malformed("\(name) lies at bytes \(start) to \(end), the data has \(data.count)", hint: "the file is cut off")
    }
    guard let element = elements[type] else { throw Malformed("\(name) has the dtype \(type), which cannot be read") }
    guard try element.byteCount(shape, name) == end - start else {
      throw Malformed("\(name) of \(type)\(shape) does not fit its \(end - start) bytes")
    }
    let part = UnsafeRawBufferPointer(rebasing: data[start..<end])
    return (start, end, { try element.tensor(part, shape: shape, heldBy: owner, name) })
  }

  private static func sizes(_ value: FileValue?) -> [Int]? {
    guard case .list(let items)? = value else { return nil }
    let sizes = items.compactMap { item -> Int? in
      guard case .number(let number) = item, number >= 0 else { return nil }
      return Int(exactly: number)
    }
    return sizes.count == items.count ? sizes : nil
  }

  /// Tensors follow one another without holes or overlaps to the end.
  private static func check(_ ranges: [(start: Int, end: Int, name: String)], _ size: Int) throws {
    var place = 0
    for range in ranges.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      guard range.start == place else {
        throw Malformed("\(range.name) begins at byte \(range.start) of the data, expected \(place)")
      }
      place = range.end
    }
    guard place == size else { throw Malformed("the tensors end at byte \(place) of the data, the file at \(size)") }
  }

  // MARK: writing

  /// Writes the file whole or not at all.
  public func write(to path: String) throws {
    var entries: [(name: String, json: String)] = []
    if !metadata.isEmpty {
      let fields = metadata.map { JSON.quoted($0.key) + ":" + JSON.quoted($0.value) }
      entries.append(("__metadata__", "{" + fields.joined(separator: ",") + "}"))
    }
    try evaluate(Array(tensors.values))
    var place = 0
    for (name, tensor) in tensors {
      let size = tensor.count * tensor.dtype.size
      entries.append((name, """
        {"dtype":"\(Self.names[tensor.dtype] ?? "F32")","shape":\(tensor.shape),"data_offsets":[\(place),\(place + size)]}
        """))
      place += size
    }
    var header = "{" + entries.map { JSON.quoted($0.name) + ":" + $0.json }.joined(separator: ",") + "}"
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    try AtomicFile.write(to: path) {
      _ = try SafeTensors(Source(data: $0, options: LoadOptions(headersOnly: true)))
    } _: { file in
      try withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { try file.write(contentsOf: Array($0)) }
      try file.write(contentsOf: Array(header.utf8))
      for tensor in tensors.values {
        try tensor.withBytes { try file.write(viewing: $0) }
      }
    }
  }
}
