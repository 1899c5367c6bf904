// Names to places, while a function is compiled.

/// The session's names, or a module's.
final class Namespace {
  private var globals: [String: Global] = [:]
  private var order: [String] = []
  private let builtins: [String: Value]

  init(builtins: [String: Value]) { self.builtins = builtins }

  /// The name's cell, made where there is none yet.
  func global(_ name: String) -> Global {
    if let found = globals[name] { return found }
    let made = Global(name: name, builtin: builtins[name])
    globals[name] = made
    return made
  }

  func value(_ name: String) -> Value? { globals[name]?.value }
  func builtin(_ name: String) -> Function? {
    if case .function(let function)? = builtins[name] { function } else { nil }
  }
  func isKnown(_ name: String) -> Bool { builtins[name] != nil || globals[name]?.value != nil }

  func set(_ name: String, _ value: Value?) {
    global(name).value = value
    if value != nil { noteDefinition(of: name) }
  }

  /// No name has a value any more.
  func clear() { for global in globals.values { global.value = nil } }

  func noteDefinition(of name: String) {
    if !order.contains(name) { order.append(name) }
  }

  /// Names with values, in the order of their first definition.
  var names: [String] { order.filter { globals[$0]?.value != nil && !$0.hasPrefix("_") } }
  /// Every name a program may read, for "did you mean".
  var knownNames: [String] { names + builtins.keys }
}

/// One function's names while it is compiled; the outermost scope is the session's.
final class Scope {
  let parent: Scope?
  /// The names the function captures, in the order of its frame's variables.
  private(set) var captures: [VariablePlace] = []
  private(set) var captureNames: [String] = []
  private(set) var ownVariableCount = 0
  private(set) var slotCount = 0
  private var places: [String: Place] = [:]
  /// Names that are changed but never given a value.
  var onlyChanged: Set<String> = []
  /// Depth of loops around the statement being compiled; a function starts again at 0.
  var loopDepth = 0
  var isFunction: Bool { parent != nil }

  init(parent: Scope?) { self.parent = parent }

  func place(_ name: String) -> Place? { places[name] }

  func addSlot(_ name: String? = nil) -> Int {
    slotCount += 1
    if let name { places[name] = .slot(slotCount - 1) }
    return slotCount - 1
  }

  /// A name that closures capture; the survey's captures come first in the frame.
  func addVariable(_ name: String) {
    places[name] = .variable(captures.count + ownVariableCount)
    ownVariableCount += 1
  }

  func addGlobal(_ name: String, _ global: Global) { places[name] = .global(global) }

  /// A name of an enclosing function.
  func addCapture(_ name: String, from place: VariablePlace) {
    places[name] = .variable(captures.count)
    captures.append(place)
    captureNames.append(name)
  }
}
