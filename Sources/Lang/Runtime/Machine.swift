// The stack of frames and the calling convention.

import Tensor

/// Runs functions. Confined to the thread that runs the interpreter.
final class Machine {
  /// Values in all frames together; a deeper program is a runaway recursion.
  private static let capacity = 1 << 20
  /// Native stack kept free for the runtime below a call: tensor operations, formatting, files.
  private static let reserve = 256 << 10

  private let base: UnsafeMutablePointer<Value?>
  private let end: UnsafeMutablePointer<Value?>
  @exclusivity(unchecked) private var top: UnsafeMutablePointer<Value?>
  @exclusivity(unchecked) private var depth = 0
  /// The lowest stack address a call may reach on the thread that runs now.
  private var stackFloor: UInt = 0
  let numbers = NumberMachine()
  unowned var interpreter: Interpreter!

  init() {
    base = .allocate(capacity: Self.capacity)
    end = base + Self.capacity
    top = base
  }

  deinit { base.deallocate() }

  /// Runs a program's code in a frame of its own.
  func run(slotCount: Int, variableCount: Int, _ body: (Frame) throws -> Value) throws -> Value {
    let outer = stackFloor
    stackFloor = stackAddress() - UInt(interpreter.stackSize - min(Self.reserve, interpreter.stackSize / 2))
    defer { stackFloor = outer }
    let frame = try push(slotCount, captures: [], own: variableCount)
    defer { pop(slotCount) }
    return try body(frame)
  }

  /// Calls a written function whose arguments already lie in the order of its parameters; nil takes the default.
  func invoke(
    _ code: FunctionCode, _ captures: [Variable], _ fill: (UnsafeMutablePointer<Value?>) -> Void
  ) throws -> Value {
    let frame = try push(code.slotCount, captures: captures, own: code.ownVariableCount)
    defer { pop(code.slotCount) }
    fill(frame.slots)
    for effect in code.prologue { _ = try effect(frame) }
    return try code.body(frame)
  }

  /// A function of numbers by its number code; nil where closures must compute it.
  /// - Parameter fill: puts the arguments, `count` numbers, into the first registers.
  @inline(__always)
  func number(_ code: FunctionCode, _ count: Int, _ fill: (UnsafeMutablePointer<Double>) -> Void) throws -> Value? {
    guard code.numeric != nil, code.signature.parameters.count == count else { return nil }
    return try code.numbers.value(code, numbers, fill)
  }

  func number(_ code: FunctionCode, _ arguments: [Value]) throws -> Value? {
    for argument in arguments { guard case .number = argument else { return nil } }
    return try number(code, arguments.count) { registers in
      for (index, argument) in arguments.enumerated() {
        if case .number(let number) = argument { registers[index] = number }
      }
    }
  }

  @inline(__always)
  private func push(_ count: Int, captures: [Variable], own: Int) throws -> Frame {
    let slots = top
    guard end - slots > count, stackAddress() > stackFloor else { throw Messages.recursionTooDeep(depth) }
    slots.initialize(repeating: nil, count: count)
    top = slots + count
    depth += 1
    guard own > 0 else { return Frame(slots: slots, variables: captures) }
    return Frame(slots: slots, variables: captures + (0..<own).map { _ in Variable() })
  }

  @inline(__always)
  private func pop(_ count: Int) {
    top -= count
    top.deinitialize(count: count)
    depth -= 1
  }

  @inline(__always)
  private func stackAddress() -> UInt {
    var marker: UInt8 = 0
    return withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
  }

  // MARK: calls from anywhere

  /// Calls any callable with sorted or unsorted arguments. `place` is where carets go.
  func apply(_ callee: Value, _ given: GivenArguments, at place: CallPlace?) throws -> Value {
    switch callee {
    case .function(let function): return try call(function, given, at: place)
    case .object(let object):
      guard let signature = object.signature else { throw Messages.notCallable(callee, place) }
      let matched = try signature.matched(given)
      return try guarded(signature, matched, place) {
        try object.call(Call(signature: signature, arguments: matched, machine: self, place: place))
      }
    default: throw Messages.notCallable(callee, place)
    }
  }

  func call(_ function: Function, _ given: GivenArguments, at place: CallPlace?) throws -> Value {
    try call(function, try matched(function.signature, given, at: place), at: place)
  }

  /// Sorts arguments; errors point to the call.
  func matched(_ signature: Signature, _ given: GivenArguments, at place: CallPlace?) throws -> MatchedArguments {
    do {
      return try signature.matched(given)
    } catch let error as Diagnostic {
      throw place.map { error.located($0.span(forUnmatched: error)) } ?? error
    }
  }

  func call(_ function: Function, _ matched: MatchedArguments, at place: CallPlace?) throws -> Value {
    switch function.body {
    case .written(let code, let captures):
      return try traced(function.name, place) {
        try invoke(code, captures) { slots in
          for (index, value) in matched.values.enumerated() { slots[index] = value }
          var next = matched.values.count
          if code.signature.rest != nil {
            slots[next] = .list(matched.rest)
            next += 1
          }
          if code.signature.settings != nil { slots[next] = .record(matched.settings) }
        }
      }
    case .builtin(let builtin):
      return try guarded(function.signature, matched, place) {
        try builtin.body(Call(signature: function.signature, arguments: matched, machine: self, place: place))
      }
    case .made(let body):
      return try guarded(function.signature, matched, place) {
        try body(Call(signature: function.signature, arguments: matched, machine: self, place: place))
      }
    }
  }

  /// Adds the call to the traceback of an error that comes out of it.
  @inline(__always)
  func traced(_ name: String, _ place: CallPlace?, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch var error as Diagnostic {
      // A call for which there was no room has no place of its own.
      if let place { error = error.located(place.span) }
      if let place, let parameter = error.parameter {
        error.parameter = nil
        if let range = place.named[parameter.name]?.value ?? place.positional.dropFirst(parameter.index).first {
          error.secondary.append(.init(place.source, range, naming: parameter.given))
        }
      }
      if let place, error.traceback.count < 1000 {
        error.traceback.append(.init(function: name, span: place.span))
      }
      throw error
    }
  }

  /// Turns what a builtin throws into a diagnostic at the call.
  @inline(__always)
  func guarded(
    _ signature: Signature, _ matched: @autoclosure () -> MatchedArguments, _ place: CallPlace?, _ body: () throws -> Value
  ) throws -> Value {
    do {
      guard Recording.isOn, let place else { return try body() }
      return try Recording.at(place.span, body)
    } catch {
      throw Messages.diagnostic(of: error, in: signature, at: place, Self.labels(signature, matched(), place))
    }
  }

  /// The tensors among the arguments, named as written, with their shapes.
  private static func labels(_ signature: Signature, _ matched: MatchedArguments, _ place: CallPlace?)
    -> [Diagnostic.Label]
  {
    guard let place else { return [] }
    var given: [(value: Value, range: Range<Int>)] = []
    for (parameter, value) in zip(signature.parameters, matched.values) {
      if let value, let range = place.argument(parameter.name, in: signature) { given.append((value, range)) }
    }
    let others = place.positional.dropFirst(signature.positionalCount)
    if others.count == matched.rest.count { given += zip(matched.rest, others).map { ($0, $1) } }
    let labels = given.flatMap { place.labels($0.value, $0.range) }
    return labels.count <= 4 ? labels : []
  }
}

/// Where a call stands in its source, for carets.
final class CallPlace: Sendable {
  let source: Source
  let range: Range<Int>
  let callee: Range<Int>
  /// Positional arguments' places, spreads aside.
  let positional: [Range<Int>]
  /// Named arguments' places: the whole `name = value`, and the value.
  let named: [String: (whole: Range<Int>, value: Range<Int>)]

  init(
    source: Source, range: Range<Int>, callee: Range<Int>, positional: [Range<Int>],
    named: [String: (whole: Range<Int>, value: Range<Int>)]
  ) {
    self.source = source
    self.range = range
    self.callee = callee
    self.positional = positional
    self.named = named
  }

  var span: Span { Span(source: source, range: range) }

  /// The place of a parameter's argument, nil where it came by spread or default.
  func argument(_ name: String, in signature: Signature) -> Range<Int>? {
    if let place = named[name] { return place.value }
    guard let index = signature.index(of: name), index < min(positional.count, signature.positionalCount) else {
      return nil
    }
    return positional[index]
  }

  /// A tensor with its expression; in a list that is written out, each of its tensors.
  func labels(_ value: Value, _ range: Range<Int>) -> [Diagnostic.Label] {
    switch value {
    case .tensor(let tensor): return [.init(source, range, naming: tensor.description)]
    case .list(let items):
      guard var parser = try? Parser(source, in: range), case .list(let elements)? = (try? parser.expression())?.form,
        elements.count == items.count, !elements.contains(where: \.isSpread)
      else { return [] }
      return zip(items, elements).flatMap { labels($0, $1.value.range) }
    default: return []
    }
  }

  /// Errors of matching point at the argument they name, else at the function's name.
  func span(forUnmatched error: Diagnostic) -> Span {
    let culprit = named.first { error.message.contains("`\($0.key)`") }?.value.whole
    return Span(source: source, range: culprit ?? callee)
  }
}
