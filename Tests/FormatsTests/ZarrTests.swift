// Small zarr arrays written by hand: what the samples do not show. All hold 0 ... 5 as [2, 3].

import Foundation
import Tensor
import Testing

@testable import Formats

private func little(_ numbers: [Float]) -> [UInt8] { numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) } } }
private func big(_ numbers: [Float]) -> [UInt8] { numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.bigEndian) { Array($0) } } }

private func bytes(hexadecimal text: String) -> [UInt8] {
  stride(from: 0, to: text.count, by: 2).map { place in
    let start = text.index(text.startIndex, offsetBy: place)
    return UInt8(text[start...].prefix(2), radix: 16) ?? 0
  }
}

private func checked(_ bytes: [UInt8]) -> [UInt8] {
  bytes + bytes.withUnsafeBytes { sum in withUnsafeBytes(of: CastagnoliChecksum.of(sum).littleEndian) { Array($0) } }
}

/// An array called `a`, its description and its chunks.
private func read(_ version: Int, _ description: String, _ chunks: [String: [UInt8]]) throws -> Tensor {
  var files = chunks
  files[version == 2 ? ".zarray" : "zarr.json"] = Array(description.utf8)
  var reader = ZarrReader { key in files[String(key.dropFirst(2))].map { Data($0) } }
  try reader.add("a", version: version)
  return try reader.tensors(nil)[0].tensor
}

private func second(
  chunks: String = "[2,3]", dtype: String = "<f4", order: String = "C", compressor: String = "null", fill: String = "null", separator: String = "."
) -> String {
  """
  {"zarr_format":2,"shape":[2,3],"chunks":\(chunks),"dtype":"\(dtype)","order":"\(order)","compressor":\(compressor),
  "filters":null,"fill_value":\(fill),"dimension_separator":"\(separator)"}
  """
}

private func third(chunks: String = "[2,3]", codecs: String, fill: String = "0", keys: String = #"{"name":"default"}"#) -> String {
  """
  {"zarr_format":3,"node_type":"array","shape":[2,3],"data_type":"float32","fill_value":\(fill),"chunk_key_encoding":\(keys),
  "chunk_grid":{"name":"regular","configuration":{"chunk_shape":\(chunks)}},"codecs":\(codecs)}
  """
}

private let plain = #"{"name":"bytes","configuration":{"endian":"little"}}"#

@Suite struct ZarrTests {
  private let numbers: [Float] = [0, 1, 2, 3, 4, 5]

  private func expect(_ tensor: Tensor, _ numbers: [Float]? = nil) throws {
    #expect(tensor.shape == [2, 3])
    #expect(try tensor.scalars(Float.self) == numbers ?? self.numbers)
  }

  @Test func versionTwo() throws {
    try expect(read(2, second(), ["0.0": little(numbers)]))
    try expect(read(2, second(order: "F"), ["0.0": little([0, 3, 1, 4, 2, 5])]))
    try expect(read(2, second(dtype: ">f4"), ["0.0": big(numbers)]))
    let zlib = "78da63600081067b20e1004440dc00c40b1c001b070320", gzip = "1f8b080000000000020363600081067b20e1004440dc00c40b1c001790e79118000000"
    try expect(read(2, second(compressor: #"{"id":"zlib","level":9}"#), ["0.0": bytes(hexadecimal: zlib)]))
    try expect(read(2, second(compressor: #"{"id":"gzip","level":9}"#), ["0.0": bytes(hexadecimal: gzip)]))
    // Chunks of [2, 2]: the second reaches beyond the edge.
    try expect(read(2, second(chunks: "[2,2]", separator: "/"), ["0/0": little([0, 1, 3, 4]), "0/1": little([2, 9, 5, 9])]))
    try expect(read(2, second(chunks: "[2,2]", order: "F"), ["0.0": little([0, 3, 1, 4]), "0.1": little([2, 5, 9, 9])]))
    // An absent chunk is the fill value.
    try expect(read(2, second(chunks: "[1,3]", fill: "7"), ["1.0": little([3, 4, 5])]), [7, 7, 7, 3, 4, 5])
    try expect(read(2, second(fill: "\"-Infinity\""), [:]), [Float](repeating: -.infinity, count: 6))
    // A chunk larger than the array.
    try expect(read(2, second(chunks: "[3,4]"), ["0.0": little([0, 1, 2, 9, 3, 4, 5, 9, 9, 9, 9, 9])]))
  }

  @Test func versionThree() throws {
    try expect(read(3, third(codecs: "[\(plain)]"), ["c/0/0": little(numbers)]))
    try expect(read(3, third(codecs: #"[{"name":"bytes","configuration":{"endian":"big"}}]"#), ["c/0/0": big(numbers)]))
    try expect(read(3, third(codecs: "[\(plain),{\"name\":\"crc32c\"}]"), ["c/0/0": checked(little(numbers))]))
    let transpose = #"{"name":"transpose","configuration":{"order":[1,0]}}"#
    try expect(read(3, third(codecs: "[\(transpose),\(plain)]"), ["c/0/0": little([0, 3, 1, 4, 2, 5])]))
    try expect(read(3, third(codecs: "[\(plain)]", keys: #"{"name":"v2","configuration":{"separator":"-"}}"#), ["0-0": little(numbers)]))
  }

  /// A shard of inner chunks [1, 3], of which the first is absent; the index first or last.
  @Test(arguments: ["start", "end"]) func shards(_ place: String) throws {
    let codecs = """
      [{"name":"sharding_indexed","configuration":{"chunk_shape":[1,3],"codecs":[\(plain)],
      "index_codecs":[\(plain),{"name":"crc32c"}],"index_location":"\(place)"}}]
      """
    func index(_ numbers: [UInt64]) -> [UInt8] { checked(numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }) }
    let start = place == "start" ? UInt64(36) : 0
    let parts = [index([.max, .max, start, 12]), little([3, 4, 5])]
    let shard = place == "start" ? parts[0] + parts[1] : parts[1] + parts[0]
    try expect(read(3, third(codecs: codecs, fill: "7"), ["c/0/0": shard]), [7, 7, 7, 3, 4, 5])
  }

  @Test func whatCannotBeRightIsAnError() {
    let cases: [(Int, String, [String: [UInt8]])] = [
      (2, second(), ["0.0": little([1])]),
      (2, second(order: "K"), [:]),
      (2, second(fill: "1e300"), [:]),
      (3, third(codecs: "[\(plain),{\"name\":\"crc32c\"}]"), ["c/0/0": little(numbers + [1])]),
      (3, third(codecs: "[{\"name\":\"crc32c\"}]"), [:]),
      (3, third(codecs: #"[{"name":"transpose","configuration":{"order":[1,1]}},\#(plain)]"#), [:]),
      (3, third(codecs: "[\(plain),{\"name\":\"blosc\"}]"), [:]),
      (3, third(chunks: "[0,3]", codecs: "[\(plain)]"), [:]),
    ]
    for (version, description, chunks) in cases {
      #expect(throws: Malformed.self, "\(description)") { try read(version, description, chunks) }
    }
  }
}
