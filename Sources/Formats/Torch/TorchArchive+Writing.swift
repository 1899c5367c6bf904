// Writing what torch.load reads with weights_only = True: a pickle of protocol 2 that names storages, and the storages.

import Foundation
import OrderedCollections
import Tensor

extension TorchArchive {
  /// Writes a value whole or not at all: records become dictionaries, every tensor has a storage of its own.
  /// Throws `FormatError`: `.value` where the value holds an image.
  static func write(_ value: FileValue, to path: String) throws {
    var pickler = Pickler()
    do {
      try pickler.write(value, depth: 0)
    } catch let error as Malformed {
      throw FormatError(.value, path, error.what, hint: error.hint)
    }
    let pickle = pickler.bytes + [UInt8(ascii: ".")]
    let tensors = pickler.tensors
    try evaluate(tensors)
    try AtomicFile.write(to: path) { try check($0) } _: { file in
      var writer = ZipWriter(file)
      // torch maps storages, which it wants at multiples of 64.
      func add(_ name: String, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try writer.add("archive/" + name, [$0], alignment: 64) }
      }
      try add("data.pkl", pickle)
      try add("byteorder", Array("little".utf8))
      for (key, tensor) in tensors.enumerated() {
        try tensor.withBytes { try writer.add("archive/data/\(key)", [$0], alignment: 64) }
      }
      try add("version", Array("3\n".utf8))
      try writer.finish()
    }
  }

  /// Looks at a written file: its pickle, and that every storage is as long as the pickle says.
  private static func check(_ written: Data) throws {
    let archive = try ZipArchive(written)
    try archive.bytes("archive/data.pkl").withUnsafeBytes { bytes in
      var machine = PickleMachine(bytes, budget: PickleBudget(fileSize: written.count))
      machine.storages = [:]
      _ = try machine.next()
      for storage in machine.storages?.values.elements ?? [] {
        let size = try archive.bytes("archive/data/" + storage.key, verify: false).count
        guard size == storage.byteCount else { throw Malformed("the storage \(storage.key) has \(size) bytes, not \(storage.byteCount)") }
      }
    }
  }

  private struct Pickler {
    var bytes: [UInt8] = [0x80, 2]
    var tensors: [Tensor] = []

    private static let storages: [DType: String] = [
      .bool: "Bool", .uint8: "Byte", .int32: "Int", .int64: "Long", .bfloat16: "BFloat16", .float32: "Float", .float64: "Double",
    ]

    mutating func write(_ value: FileValue, depth: Int) throws {
      guard depth < 60 else { throw Malformed("the value is nested deeper than 60 levels") }
      switch value {
      case .none: opcode("N")
      case .bool(let flag): bytes.append(flag ? 0x88 : 0x89)
      case .number(let number): append(number)
      case .string(let text): append(text)
      case .list(let items):
        opcode("]")
        opcode("(")
        for item in items { try write(item, depth: depth + 1) }
        opcode("e")
      case .record(let fields):
        opcode("}")
        opcode("(")
        for (key, field) in fields {
          append(key)
          try write(field, depth: depth + 1)
        }
        opcode("u")
      case .tensor(let tensor): append(tensor)
      case .image: throw Malformed("torch files hold no images", hint: "save it as .png")
      }
    }

    /// `_rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict())`
    private mutating func append(_ tensor: Tensor) {
      global("torch._utils", "_rebuild_tensor_v2")
      opcode("(")
      opcode("(")
      append("storage")
      global("torch", (Self.storages[tensor.dtype] ?? "Float") + "Storage")
      append(String(tensors.count))
      append("cpu")
      append(tensor.count)
      opcode("t")
      opcode("Q")
      append(0)
      append(tensor.shape)
      append(Self.strides(tensor.shape))
      bytes.append(0x89)
      global("collections", "OrderedDict")
      opcode(")")
      opcode("R")
      opcode("t")
      opcode("R")
      tensors.append(tensor)
    }

    private static func strides(_ shape: [Int]) -> [Int] {
      var strides = [Int](repeating: 1, count: shape.count)
      for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * max(shape[axis + 1], 1) }
      return strides
    }

    private mutating func append(_ sizes: [Int]) {
      opcode("(")
      for size in sizes { append(size) }
      opcode("t")
    }

    private mutating func append(_ number: Double) {
      if number == number.rounded(), abs(number) < 0x1p53, number != 0 || number.sign == .plus { return append(Int(number)) }
      opcode("G")
      withUnsafeBytes(of: number.bitPattern.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ number: Int) {
      if let short = Int32(exactly: number) {
        opcode("J")
        withUnsafeBytes(of: short.littleEndian) { bytes.append(contentsOf: $0) }
      } else {
        bytes += [0x8A, 8]
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
      }
    }

    private mutating func append(_ text: String) {
      opcode("X")
      withUnsafeBytes(of: UInt32(clamping: text.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
      bytes.append(contentsOf: text.utf8)
    }

    private mutating func global(_ module: String, _ name: String) { bytes += Array("c\(module)\n\(name)\n".utf8) }

    private mutating func opcode(_ letter: UnicodeScalar) { bytes.append(UInt8(ascii: letter)) }
  }
}
