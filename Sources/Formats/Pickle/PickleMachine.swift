// Python's pickles by a stack machine over plain values: nothing is imported, nothing is called. What the format can
// say beyond numbers, texts, containers, arrays and tensors is refused by name. Facts: pickletools, PEP 307, 3154, 574.

import OrderedCollections

/// Reads pickles one after the other from the same bytes.
struct PickleMachine {
  private(set) var reader: ByteReader
  var budget: PickleBudget
  private(set) var objects: [PickleObject] = []
  /// The storages that persistent ids named, by key; nil where the file may have none.
  var storages: OrderedDictionary<String, TorchStorage>?

  private var stack: [PickleValue] = []
  /// Where the open marks stand in the stack.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  init(_ bytes: UnsafeRawBufferPointer, budget: PickleBudget) {
    reader = ByteReader(bytes)
    self.budget = budget
  }

  /// The bytes of a value.
  func contents(_ bytes: PickleBytes) -> PickleContents {
    switch bytes {
    case .range(let range): PickleContents(view: UnsafeRawBufferPointer(rebasing: reader.bytes[range]))
    case .made(let made): PickleContents(made: made)
    }
  }

  mutating func add(_ object: PickleObject) -> PickleValue {
    objects.append(object)
    return .object(objects.count - 1)
  }

  /// Raw bytes behind the pickles.
  mutating func take(_ count: Int, _ what: String) throws -> Range<Int> {
    let start = reader.offset
    _ = try reader.take(count, what)
    return start..<start + count
  }

  mutating func integer<T: FixedWidthInteger>(_ type: T.Type, _ what: String) throws -> T { try reader.integer(type, what) }

  // MARK: one pickle

  /// The next pickle's value. Throws `Malformed` with the byte at which the pickle is damaged or asks for too much.
  mutating func next() throws -> PickleValue {
    stack = []
    marks = []
    memo = [:]
    while true {
      let place = reader.offset
      do {
        if let value = try step() { return value }
      } catch let error as Malformed {
        throw Malformed("the pickle at byte \(place): \(error.what)", hint: error.hint)
      }
    }
  }

  /// Runs one opcode; the value where it is STOP.
  private mutating func step() throws -> PickleValue? {
    let opcode = try reader.integer(UInt8.self, "an opcode")
    switch opcode {
    // Frame and end
    case 0x80:
      let protocolVersion = try reader.integer(UInt8.self, "the protocol")
      guard protocolVersion <= 5 else { throw Malformed("the protocol \(protocolVersion) is unknown; 0 to 5 are") }
    case 0x95:
      let size = try reader.integer(UInt64.self, "a frame's size")
      guard size <= reader.remaining else { throw cut("a frame", size) }
    case UInt8(ascii: "."):
      let value = try pop()
      guard stack.isEmpty, marks.isEmpty else { throw Malformed("values are left over at the end") }
      return value

    // Marks and the stack
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"):
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case UInt8(ascii: "1"): _ = try popMark()

    // Plain values
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "J"): stack.append(.int(Int(try reader.integer(Int32.self, "a number"))))
    case UInt8(ascii: "K"): stack.append(.int(Int(try reader.integer(UInt8.self, "a number"))))
    case UInt8(ascii: "M"): stack.append(.int(Int(try reader.integer(UInt16.self, "a number"))))
    case 0x8A: stack.append(long(try reader.take(Int(reader.integer(UInt8.self, "a number")), "a number")))
    case 0x8B:
      let size = try reader.integer(Int32.self, "a number's length")
      guard (0...64).contains(size) else { throw Malformed("a whole number of \(size) bytes; at most 64 can be read") }
      stack.append(long(try reader.take(Int(size), "a number")))
    case UInt8(ascii: "G"):
      stack.append(.float(Double(bitPattern: UInt64(bigEndian: UInt64(littleEndian: try reader.integer(UInt64.self, "a number"))))))

    // Texts and bytes
    case UInt8(ascii: "X"): stack.append(.string(try reader.text(Int(reader.integer(UInt32.self, "a text's length")), "a text")))
    case 0x8C: stack.append(.string(try reader.text(Int(reader.integer(UInt8.self, "a text's length")), "a text")))
    case 0x8D: stack.append(.string(try reader.text(longLength("a text"), "a text")))
    case UInt8(ascii: "T"): stack.append(try oldText(Int(reader.integer(UInt32.self, "a text's length"))))
    case UInt8(ascii: "U"): stack.append(try oldText(Int(reader.integer(UInt8.self, "a text's length"))))
    case UInt8(ascii: "B"): stack.append(.bytes(.range(try take(Int(reader.integer(UInt32.self, "bytes' length")), "bytes"))))
    case UInt8(ascii: "C"): stack.append(.bytes(.range(try take(Int(reader.integer(UInt8.self, "bytes' length")), "bytes"))))
    case 0x8E, 0x96: stack.append(.bytes(.range(try take(longLength("bytes"), "bytes"))))

    // Containers
    case UInt8(ascii: ")"): stack.append(add(.tuple([])))
    case 0x85, 0x86, 0x87:
      let items = try pop(count: Int(opcode) - 0x84)
      stack.append(add(.tuple(items)))
    case UInt8(ascii: "t"): stack.append(add(.tuple(try popMark())))
    case UInt8(ascii: "]"): stack.append(add(.list([])))
    case UInt8(ascii: "l"): stack.append(add(.list(try popMark())))
    case UInt8(ascii: "a"): try append([pop()])
    case UInt8(ascii: "e"): try append(popMark())
    case UInt8(ascii: "}"): stack.append(add(.dictionary([:], isOrderedDict: false)))
    case UInt8(ascii: "d"):
      let items = try popMark()
      stack.append(add(.dictionary([:], isOrderedDict: false)))
      try set(items)
    case UInt8(ascii: "s"): try set(pop(count: 2))
    case UInt8(ascii: "u"): try set(popMark())

    // Memo
    case UInt8(ascii: "q"): memo[Int(try reader.integer(UInt8.self, "a place"))] = try top()
    case UInt8(ascii: "r"): memo[Int(try reader.integer(UInt32.self, "a place"))] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"): stack.append(try recall(Int(reader.integer(UInt8.self, "a place"))))
    case UInt8(ascii: "j"): stack.append(try recall(Int(reader.integer(UInt32.self, "a place"))))

    // Names, and what is made of them
    case UInt8(ascii: "c"):
      let module = try line()
      stack.append(.global(try global(module, line())))
    case 0x93:
      let names = try pop(count: 2)
      guard case .string(let module) = names[0], case .string(let name) = names[1] else {
        throw Malformed("a global's name is no text")
      }
      stack.append(.global(try global(module, name)))
    case UInt8(ascii: "Q"):
      let id = try pop()
      stack.append(try storage(id))
    case UInt8(ascii: "R"):
      let parts = try pop(count: 2)
      guard case .global(let function) = parts[0], case .object(let place) = parts[1], case .tuple(let arguments) = objects[place]
      else {
        throw Malformed("something that is no listed function is called")
      }
      stack.append(try reduced(function, arguments))
    case UInt8(ascii: "b"):
      let state = try pop()
      try build(top(), state)
    default: throw refusal(of: opcode)
    }
    return nil
  }

  private func refusal(of opcode: UInt8) -> Malformed {
    let names: [UInt8: String] = [
      UInt8(ascii: "i"): "INST", UInt8(ascii: "o"): "OBJ", UInt8(ascii: "P"): "PERSID", 0x81: "NEWOBJ", 0x92: "NEWOBJ_EX",
      0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x8F: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x97: "NEXT_BUFFER",
      0x98: "READONLY_BUFFER", UInt8(ascii: "I"): "INT", UInt8(ascii: "L"): "LONG", UInt8(ascii: "F"): "FLOAT",
      UInt8(ascii: "S"): "STRING", UInt8(ascii: "V"): "UNICODE", UInt8(ascii: "p"): "PUT", UInt8(ascii: "g"): "GET",
      UInt8(ascii: "2"): "DUP",
    ]
    guard let name = names[opcode] else { return Malformed("the byte \(String(opcode, radix: 16)) is no opcode") }
    return Malformed("the opcode \(name) is refused", hint: "only plain data, arrays and tensors can be read: nothing in a pickle is run")
  }

  // MARK: the stack

  /// The values above the last mark are all that may be taken.
  private var floor: Int { marks.last ?? 0 }

  private mutating func pop() throws -> PickleValue {
    guard stack.count > floor, let value = stack.popLast() else { throw Malformed("a value is missing on the stack") }
    return value
  }

  private mutating func pop(count: Int) throws -> [PickleValue] {
    guard stack.count - floor >= count else { throw Malformed("\(count) values are needed on the stack") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw Malformed("a mark is missing") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func top() throws -> PickleValue {
    guard stack.count > floor, let value = stack.last else { throw Malformed("a value is missing on the stack") }
    return value
  }

  private func recall(_ place: Int) throws -> PickleValue {
    guard let value = memo[place] else { throw Malformed("the memo has nothing at \(place)") }
    return value
  }

  // MARK: values

  private func cut(_ what: String, _ size: UInt64) -> Malformed {
    Malformed("\(what) of \(size) bytes is announced, \(reader.remaining) are left", hint: "the file is cut off")
  }

  private mutating func longLength(_ what: String) throws -> Int {
    let size = try reader.integer(UInt64.self, "a length")
    guard size <= reader.remaining else { throw cut(what, size) }
    return Int(size)
  }

  /// Two's complement, little end first.
  private func long(_ bytes: UnsafeRawBufferPointer) -> PickleValue {
    if bytes.count <= 8 {
      var bits: UInt64 = bytes.last.map { $0 >= 128 } == true ? .max : 0
      for byte in bytes.reversed() { bits = bits << 8 | UInt64(byte) }
      return .int(Int(Int64(bitPattern: bits)))
    }
    let isNegative = (bytes.last ?? 0) >= 128
    var number = 0.0
    for byte in bytes.reversed() { number = number * 256 + Double(isNegative ? ~byte : byte) }
    return .float(isNegative ? -number - 1 : number)
  }

  /// A text of Python 2: bytes, one a character.
  private mutating func oldText(_ count: Int) throws -> PickleValue {
    .string(String(String.UnicodeScalarView(try reader.take(count, "a text").map { UnicodeScalar($0) })))
  }

  private mutating func line() throws -> String {
    let rest = UnsafeRawBufferPointer(rebasing: reader.bytes[reader.offset...])
    guard let end = rest.prefix(4096).firstIndex(of: 0x0A) else { throw Malformed("a name has no end") }
    let text = try reader.text(end, "a name")
    _ = try reader.take(1, "a name's end")
    return text
  }

  private func global(_ module: String, _ name: String) throws -> PickleGlobal {
    guard let global = PickleGlobal(module: module, name: name) else {
      let shown = "\(module).\(name)".prefix(120)
      throw Malformed("the file asks for \(shown), which is refused", hint: "only plain data, arrays and tensors can be read: nothing in a pickle is run")
    }
    return global
  }

  // MARK: containers

  private mutating func append(_ items: [PickleValue]) throws {
    guard case .object(let place) = try top(), case .list(var list) = objects[place] else { throw Malformed("items are appended to what is no list") }
    // The table lets go of the list while it grows, so that it grows in place.
    objects[place] = .list([])
    list.append(contentsOf: items)
    objects[place] = .list(list)
  }

  private mutating func set(_ items: [PickleValue]) throws {
    guard items.count % 2 == 0 else { throw Malformed("a key has no value") }
    guard case .object(let place) = try top(), case .dictionary(var fields, let isOrderedDict) = objects[place] else {
      throw Malformed("items are set in what is no dictionary")
    }
    objects[place] = .dictionary([:], isOrderedDict: isOrderedDict)
    for index in stride(from: 0, to: items.count, by: 2) { fields[try key(items[index])] = items[index + 1] }
    objects[place] = .dictionary(fields, isOrderedDict: isOrderedDict)
  }

  func key(_ value: PickleValue) throws -> PickleKey {
    switch value {
    case .string(let text): .string(text)
    case .int(let number): .int(number)
    default: throw Malformed("a dictionary's key is neither a text nor a whole number")
    }
  }

  /// Makes an object of another in its place.
  mutating func replace(_ place: Int, by object: PickleObject) { objects[place] = object }
}
