// Functions as data, so that a session can be written to a file and taken up again: a function that was written in the
// language is its text and the values that it holds; its compiled form is made anew.

/// What a function is made of.
public enum FunctionForm: Sendable {
  case builtin(String)
  /// Of an imported file.
  case imported(path: String, name: String)
  /// - captures: the variables of the functions around it, with their values now.
  case written(text: String, captures: [(name: String, value: Value)])
  /// Made by a builtin at run time: `grad(f)`.
  case made
}

extension Interpreter {
  public func form(of function: Function) -> FunctionForm {
    switch function.body {
    case .builtin(let row): return .builtin(row.name)
    case .made: return .made
    case .written(let code, let captures):
      if let path = code.source.path, modules[path] != nil { return .imported(path: path, name: function.name) }
      let named = zip(code.captureNames, captures).compactMap { name, variable -> (name: String, value: Value)? in
        // A function that calls itself holds itself: the text brings that about again.
        if name == code.name, case .function(let held)? = variable.value, held === function { return nil }
        return variable.value.map { (name, $0) }
      }
      let documentation = function.doc.isEmpty ? "" : function.doc.split(separator: "\n", omittingEmptySubsequences: false).map { "## \($0)\n" }.joined()
      return .written(text: documentation + code.source.excerpt(code.range), captures: named)
    }
  }

  /// Makes a function again. What it reads of the session's names must be there when it is called, not before.
  public func function(from form: FunctionForm) throws(Diagnostic) -> Value {
    switch form {
    case .builtin(let name):
      guard let row = builtin(name) else { throw Diagnostic(.name, "there is no builtin `\(name)` any more") }
      return .function(row.function)
    case .imported(let path, let name):
      do {
        guard let value = try module(path, from: Source(name: path, text: "", path: path))[name] else {
          throw Diagnostic(.name, "\(path) has no `\(name)` any more")
        }
        return value
      } catch {
        throw Self.diagnostic(error)
      }
    case .made: throw Diagnostic(.value, "a function that a builtin made cannot be made from a text")
    case .written(let text, let captures):
      // The text stands where its variables are a function's own, as they were.
      let name = Self.functionName(in: text)
      let body = text + (name.map { "\n\($0)" } ?? "")
      let source = Source(name: name ?? "function", text: "fn around(\(captures.map(\.name).joined(separator: ", "))) {\n\(body)\n}\naround")
      let interpreter = self
      let outer = interpreter["around"]
      defer { interpreter["around"] = outer }
      return try interpreter.apply(try interpreter.run(source).value, captures.map(\.value))
    }
  }

  /// The name in `fn name(...)`.
  private static func functionName(in text: String) -> String? {
    guard let tokens = try? Lexer.tokens(of: Source(name: "", text: text)) else { return nil }
    let code = tokens.drop { $0.kind == .newline }
    guard code.count > 1, case .keyword(.fn) = code[code.startIndex].kind, case .name(let name) = code[code.startIndex + 1].kind else { return nil }
    return name
  }
}
