// What a pickle builds, as plain data. Containers lie in a table of the machine and values name them by place: a pickle
// may make them hold each other, or nest them a million deep, and nothing here recurses, leaks or frees in a chain.

import OrderedCollections

/// A value on the machine's stack.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  /// A float, or a whole number beyond 64 bits.
  case float(Double)
  case string(String)
  case bytes(PickleBytes)
  case global(PickleGlobal)
  /// A place in the machine's table of objects.
  case object(Int)
}

/// Bytes that stand in the pickle itself, or that were made from a text.
enum PickleBytes {
  case range(Range<Int>)
  case made([UInt8])

  var count: Int {
    switch self {
    case .range(let range): range.count
    case .made(let bytes): bytes.count
    }
  }
}

/// A key of a dictionary: Python tells 1 from "1".
enum PickleKey: Hashable {
  case string(String)
  case int(Int)

  var name: String {
    switch self {
    case .string(let text): text
    case .int(let number): String(number)
    }
  }
}

/// What lies in the machine's table.
enum PickleObject {
  case tuple([PickleValue])
  case list([PickleValue])
  case dictionary(OrderedDictionary<PickleKey, PickleValue>, isOrderedDict: Bool)
  case dtype(PickleDType)
  /// An ndarray; nil before its state is set.
  case array(PickledArray?)
  case scalar(PickledArray)
  case storage(TorchStorage)
  case tensor(TorchView)

  var typeName: String {
    switch self {
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .dtype: "a dtype"
    case .array: "an array"
    case .scalar: "a scalar"
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
}

/// A NumPy dtype.
struct PickleDType {
  var element: ElementType
  var isBigEndian = false

  /// `f4`, `<i8`, `|b1` and their like; nil for all others (objects, records, text, dates).
  init?(_ name: String) {
    var rest = Substring(name)
    if let order = rest.first, "<>|=".contains(order) {
      isBigEndian = order == ">"
      rest.removeFirst()
    }
    guard let element = Self.elements[String(rest)] else { return nil }
    self.element = element
  }

  private static let elements: [String: ElementType] = [
    "b1": .bool, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8, "u2": .uint16, "u4": .uint32,
    "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
  ]
}

/// An array's elements in C order under `shape`; the array is that transposed by `axes` where there are some.
struct PickledArray {
  var bytes: PickleBytes
  var dtype: PickleDType
  var shape: [Int]
  var axes: [Int]?
}

/// The globals that a pickle may name: tags, never called. Everything else is refused.
enum PickleGlobal: Equatable {
  case orderedDict
  case rebuildTensorV2
  case rebuildTensor
  case rebuildParameter
  case torchStorage(ElementType)
  case reconstruct
  case scalar
  case fromBuffer
  case ndarray
  case dtype
  case encode

  /// Nil where the pair is not listed. Pairs are compared whole: a dotted name leads nowhere.
  init?(module: String, name: String) {
    guard let known = Self.known[[module, name]] else { return nil }
    self = known
  }

  private static let known: [[String]: PickleGlobal] = {
    var table: [[String]: PickleGlobal] = [
      ["collections", "OrderedDict"]: .orderedDict,
      ["torch._utils", "_rebuild_tensor_v2"]: .rebuildTensorV2,
      ["torch._utils", "_rebuild_tensor"]: .rebuildTensor,
      ["torch._utils", "_rebuild_parameter"]: .rebuildParameter,
      ["numpy", "ndarray"]: .ndarray,
      ["numpy", "dtype"]: .dtype,
      ["_codecs", "encode"]: .encode,
    ]
    // NumPy 2 moved its core.
    for core in ["numpy.core", "numpy._core"] {
      table[[core + ".multiarray", "_reconstruct"]] = .reconstruct
      table[[core + ".multiarray", "scalar"]] = .scalar
      table[[core + ".numeric", "_frombuffer"]] = .fromBuffer
    }
    let storages: [(String, ElementType)] = [
      ("Float", .float32), ("Double", .float64), ("Half", .float16), ("BFloat16", .bfloat16), ("Long", .int64), ("Int", .int32),
      ("Short", .int16), ("Char", .int8), ("Byte", .uint8), ("Bool", .bool),
    ]
    for (name, element) in storages { table[["torch", name + "Storage"]] = .torchStorage(element) }
    return table
  }()
}

/// How much memory a file may make: copies of what it holds are counted, so that a small file that names the same bytes
/// again and again stays small.
struct PickleBudget {
  private var left: Int

  /// 256 MiB and sixteen times the file.
  init(fileSize: Int) { left = (256 << 20) + 16 * min(fileSize, 1 << 50) }

  mutating func spend(_ bytes: Int, _ what: String) throws {
    guard bytes <= left else {
      throw Malformed("\(what) would take more memory than a file of this size can need", hint: "the file repeats its contents; it may be hostile")
    }
    left -= bytes
  }
}
