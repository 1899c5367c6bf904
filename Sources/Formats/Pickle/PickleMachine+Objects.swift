// What the listed globals stand for: tensors over storages, NumPy arrays, ordered dictionaries. Each is a record of
// what the pickle said, checked; elements are read later, when the tree is made.

import OrderedCollections

extension PickleMachine {
  /// What a function of the list makes of its arguments.
  mutating func reduced(_ function: PickleGlobal, _ arguments: [PickleValue]) throws -> PickleValue {
    switch function {
    case .orderedDict: try orderedDict(arguments)
    case .rebuildTensorV2, .rebuildTensor: add(.tensor(try view(arguments)))
    case .rebuildParameter: try parameter(arguments)
    case .reconstruct: try emptyArray(arguments)
    case .dtype: add(.dtype(try dtype(arguments)))
    case .encode: .bytes(.made(try encoded(arguments)))
    case .scalar: add(.scalar(try scalar(arguments)))
    case .fromBuffer: add(.array(try fromBuffer(arguments)))
    case .torchStorage, .ndarray: throw Malformed("a class is called that can only be named")
    }
  }

  /// Sets the state of an object that was made empty.
  mutating func build(_ target: PickleValue, _ state: PickleValue) throws {
    guard case .object(let place) = target else { throw Malformed("a state is set on what is no object") }
    switch objects[place] {
    case .dictionary(_, isOrderedDict: true):
      // torch keeps versions of modules there; they do not concern us.
      guard case .dictionary? = object(state) else { throw Malformed("the state of an OrderedDict is no dictionary") }
    case .dtype(let type): replace(place, by: .dtype(try ordered(type, state)))
    case .array(nil): replace(place, by: .array(try filled(state)))
    default: throw Malformed("a state is set on \(objects[place].typeName)")
    }
  }

  /// A storage that a persistent id names: ("storage", class, key, location, count) and, in old files, None.
  mutating func storage(_ id: PickleValue) throws -> PickleValue {
    guard storages != nil else { throw Malformed("a persistent id in a file that has no storages") }
    guard let parts = tuple(id), parts.count == 5 || parts.count == 6, case .string("storage") = parts[0],
      case .global(.torchStorage(let element)) = parts[1], case .string(let key) = parts[2], case .string = parts[3],
      case .int(let count) = parts[4]
    else {
      throw Malformed("a persistent id is no storage of a known type", hint: "quantised tensors cannot be read")
    }
    if parts.count == 6 {
      guard case .none = parts[5] else { throw Malformed("a storage that is a view of another cannot be read") }
    }
    guard !key.isEmpty, key.utf8.allSatisfy({ TorchStorage.allowsInKeys($0) }), key.utf8.count <= 64 else {
      throw Malformed("the storage's key \"\(key.prefix(64))\" is not allowed")
    }
    guard count >= 0, count < 1 << 48 else { throw Malformed("the storage \(key) announces \(count) elements") }
    let storage = TorchStorage(element: element, key: key, count: count)
    if let known = storages?[key], known != storage { throw Malformed("the storage \(key) is named with two types or sizes") }
    storages?[key] = storage
    return add(.storage(storage))
  }

  // MARK: arguments

  func object(_ value: PickleValue) -> PickleObject? {
    if case .object(let place) = value { objects[place] } else { nil }
  }

  func tuple(_ value: PickleValue) -> [PickleValue]? {
    if case .tuple(let items)? = object(value) { items } else { nil }
  }

  /// A tuple of whole numbers, none negative.
  private func sizes(_ value: PickleValue, _ what: String) throws -> [Int] {
    guard let items = tuple(value), items.count <= 32 else { throw Malformed("\(what) is no tuple of at most 32 numbers") }
    return try items.map { item in
      guard case .int(let size) = item, size >= 0 else { throw Malformed("\(what) holds something that is no whole number from 0 on") }
      return size
    }
  }

  // MARK: Python and torch

  private mutating func orderedDict(_ arguments: [PickleValue]) throws -> PickleValue {
    var fields: OrderedDictionary<PickleKey, PickleValue> = [:]
    if let first = arguments.first {
      guard arguments.count == 1, case .list(let items)? = object(first) else { throw Malformed("an OrderedDict is made of what is no list") }
      try budget.spend(64 * items.count, "an OrderedDict")
      for item in items {
        let pair: [PickleValue]? =
          switch object(item) {
          case .tuple(let parts)?, .list(let parts)?: parts
          default: nil
          }
        guard let pair, pair.count == 2 else { throw Malformed("an OrderedDict is made of what are no pairs") }
        fields[try key(pair[0])] = pair[1]
      }
    }
    return add(.dictionary(fields, isOrderedDict: true))
  }

  private func view(_ arguments: [PickleValue]) throws -> TorchView {
    guard arguments.count >= 4, case .storage(let storage)? = object(arguments[0]), case .int(let offset) = arguments[1] else {
      throw Malformed("a tensor lacks its storage or its offset")
    }
    return try TorchView(
      storage: storage, offset: offset, shape: sizes(arguments[2], "a tensor's size"), strides: sizes(arguments[3], "a tensor's stride"))
  }

  private func parameter(_ arguments: [PickleValue]) throws -> PickleValue {
    guard let first = arguments.first, case .tensor? = object(first) else { throw Malformed("a parameter holds no tensor") }
    return first
  }

  // MARK: NumPy

  private mutating func emptyArray(_ arguments: [PickleValue]) throws -> PickleValue {
    guard arguments.count == 3, case .global(.ndarray) = arguments[0] else { throw Malformed("an array of a class other than ndarray") }
    return add(.array(nil))
  }

  private func dtype(_ arguments: [PickleValue]) throws -> PickleDType {
    guard case .string(let name)? = arguments.first else { throw Malformed("a dtype has no name") }
    guard let type = PickleDType(name) else {
      throw Malformed("arrays of dtype \(name.prefix(40)) cannot be read", hint: "numbers and truth values can")
    }
    return type
  }

  /// The state of a dtype: (version, byte order, sub-array, names, fields, ...).
  private func ordered(_ type: PickleDType, _ state: PickleValue) throws -> PickleDType {
    guard let parts = tuple(state), parts.count >= 5, case .string(let order) = parts[1], ["<", ">", "|", "="].contains(order),
      case .none = parts[2], case .none = parts[3], case .none = parts[4]
    else {
      throw Malformed("a dtype with fields or of an unknown order cannot be read")
    }
    var type = type
    if order == "<" || order == ">" { type.isBigEndian = order == ">" }
    return type
  }

  /// The state of an array: (version, shape, dtype, is Fortran order, bytes).
  private mutating func filled(_ state: PickleValue) throws -> PickledArray {
    guard let parts = tuple(state), parts.count == 5, case .dtype(let type)? = object(parts[2]) else {
      throw Malformed("an array's state is not (version, shape, dtype, order, bytes)")
    }
    let isFortran =
      switch parts[3] {
      case .bool(let flag): flag
      case .int(let number): number != 0
      default: throw Malformed("an array's order is no truth value")
      }
    let shape = try sizes(parts[1], "an array's shape")
    return try array(bytes(parts[4], "an array"), type, shape, isFortran: isFortran)
  }

  private mutating func fromBuffer(_ arguments: [PickleValue]) throws -> PickledArray {
    guard arguments.count == 4 || arguments.count == 5, case .dtype(let type)? = object(arguments[1]), case .string(let order) = arguments[3]
    else {
      throw Malformed("an array's buffer is not (bytes, dtype, shape, order)")
    }
    let shape = try sizes(arguments[2], "an array's shape")
    let raw = try bytes(arguments[0], "an array")
    switch order {
    case "C", "F": return try array(raw, type, shape, isFortran: order == "F")
    case "K":
      // NumPy 2: bytes of the array with its axes sorted by stride, and where each axis went.
      guard arguments.count == 5 else { throw Malformed("an array in order K lacks its axes") }
      var array = try array(raw, type, shape, isFortran: false)
      let axes = try sizes(arguments[4], "an array's axes")
      guard axes.sorted() == Array(shape.indices) else { throw Malformed("an array's axes \(axes) are no order of its shape \(shape)") }
      array.axes = axes
      return array
    default: throw Malformed("an array's order is \(order.prefix(8)); C, F and K are known")
    }
  }

  private func array(_ bytes: PickleBytes, _ type: PickleDType, _ shape: [Int], isFortran: Bool) throws -> PickledArray {
    let needed = try type.element.byteCount(shape, "an array")
    guard needed == bytes.count else { throw Malformed("an array of \(type.element) \(shape) needs \(needed) bytes, has \(bytes.count)") }
    guard isFortran, shape.count > 1 else { return PickledArray(bytes: bytes, dtype: type, shape: shape) }
    return PickledArray(bytes: bytes, dtype: type, shape: shape.reversed(), axes: shape.indices.reversed())
  }

  private mutating func scalar(_ arguments: [PickleValue]) throws -> PickledArray {
    guard arguments.count == 2, case .dtype(let type)? = object(arguments[0]) else { throw Malformed("a scalar is not (dtype, bytes)") }
    return try array(bytes(arguments[1], "a scalar"), type, [], isFortran: false)
  }

  /// Bytes, or a text of Python 2 that holds some.
  private mutating func bytes(_ value: PickleValue, _ what: String) throws -> PickleBytes {
    switch value {
    case .bytes(let bytes): return bytes
    case .string(let text): return .made(try latin(text))
    default: throw Malformed("\(what) has no bytes")
    }
  }

  /// `_codecs.encode(text, "latin1")`: how protocol 2 writes bytes.
  private mutating func encoded(_ arguments: [PickleValue]) throws -> [UInt8] {
    guard arguments.count == 2, case .string(let text) = arguments[0], case .string(let codec) = arguments[1] else {
      throw Malformed("bytes are not made of a text and a codec")
    }
    guard codec == "latin1" || codec == "latin-1" else { throw Malformed("the codec \(codec.prefix(40)) is refused; latin1 is known") }
    return try latin(text)
  }

  private mutating func latin(_ text: String) throws -> [UInt8] {
    try budget.spend(text.utf8.count, "a text of bytes")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var text = text
    let isLatin = text.withUTF8 { units -> Bool in
      var place = 0
      while place < units.count {
        // U+0080 to U+00FF are two units, C2 or C3 first.
        let unit = units[place]
        if unit < 0x80 {
          bytes.append(unit)
          place += 1
        } else if unit == 0xC2 || unit == 0xC3 {
          bytes.append((unit & 3) << 6 | units[place + 1] & 63)
          place += 2
        } else {
          return false
        }
      }
      return true
    }
    guard isLatin else { throw Malformed("a text of bytes holds a character that latin1 lacks") }
    return bytes
  }
}
