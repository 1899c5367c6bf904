// Calls under a cursor: which function is called, and which of its arguments is being written.

extension Analysis {
  /// A call that is being written.
  public struct CallHelp {
    public let signature: Signature
    public let documentation: String
    /// Which of the signature's parts the cursor is at; nil behind the last one.
    public let parameter: Int?
  }

  /// The innermost call around an offset, if its function is known.
  public func call(at offset: Int) -> CallHelp? {
    let context = CursorContext(source, at: offset)
    guard let call = context.call, let function = function(of: call, at: offset) else { return nil }
    return CallHelp(
      signature: function.signature, documentation: function.documentation,
      parameter: function.signature.part(of: call, shift: function.shift))
  }

  /// The function that an open call names; `shift` arguments come before those that are written.
  func function(of call: CursorContext.OpenCall, at offset: Int) -> (signature: Signature, documentation: String, shift: Int)? {
    let shift = isMethod(call, at: offset) || call.isPiped ? 1 : 0
    if let callee = callee(call.callee, at: offset), let signature = callee.signature {
      return (signature, callee.documentation, shift)
    }
    return interpreter.signature(of: call.callee.joined(separator: ".")).map { ($0, "", shift) }
  }

  /// Whether what stands before the callee's last dot is an argument.
  func isMethod(_ call: CursorContext.OpenCall, at offset: Int) -> Bool {
    call.isMethod && meaning(of: call.callee, at: offset) == nil
  }

  /// What a path of names calls: itself, else the function that its last name is as a method.
  func callee(_ path: [String], at offset: Int) -> Meaning? {
    meaning(of: path, at: offset) ?? (path.count > 1 ? path.last.flatMap { free($0, at: offset) } : nil)
  }
}

extension Signature {
  /// The part that an argument goes to.
  fileprivate func part(of call: CursorContext.OpenCall, shift: Int) -> Int? {
    if let name = call.name {
      return index(of: name).map { rest != nil && $0 >= positionalCount ? $0 + 1 : $0 }
    }
    let index = call.index + shift
    return index < positionalCount ? index : rest.map { _ in positionalCount }
  }
}
