// What users are likely to do wrong with a builtin, and what they are told: documentation that the tests run.

/// A line of code that fails, with its error.
public struct Misuse: Sendable {
  public let code: String
  public let kind: Diagnostic.Kind
  /// The whole message, as it comes.
  public let message: String

  private init(_ code: String, _ kind: Diagnostic.Kind, _ message: String) {
    self.code = code
    self.kind = kind
    self.message = message
  }

  /// What the error's first line says.
  public var error: String { "error[\(kind.rawValue)]: \(message)" }

  public static func name(_ code: String, _ message: String) -> Misuse { Misuse(code, .name, message) }
  public static func argument(_ code: String, _ message: String) -> Misuse { Misuse(code, .argument, message) }
  public static func type(_ code: String, _ message: String) -> Misuse { Misuse(code, .type, message) }
  public static func shape(_ code: String, _ message: String) -> Misuse { Misuse(code, .shape, message) }
  public static func value(_ code: String, _ message: String) -> Misuse { Misuse(code, .value, message) }
  public static func index(_ code: String, _ message: String) -> Misuse { Misuse(code, .index, message) }
  public static func io(_ code: String, _ message: String) -> Misuse { Misuse(code, .io, message) }
  public static func limit(_ code: String, _ message: String) -> Misuse { Misuse(code, .limit, message) }
}

extension Builtin {
  /// Runs example and mistakes, each in a session of its own: what is not as the row says.
  public func discrepancies(libraries: [Library], stackSize: Int = 6 << 20) -> [String] {
    func outcome(of code: String) -> Diagnostic? {
      let interpreter = Interpreter(libraries: libraries) { _ in }
      interpreter.stackSize = stackSize
      do throws(Diagnostic) {
        for code in [given, code] { _ = try interpreter.run(Source(name: name, text: code)) }
        return nil
      } catch {
        return error
      }
    }
    let failure = outcome(of: example).map { "\(name): the example `\(example)` fails: \($0.message)" }
    return [failure].compactMap { $0 } + fails.compactMap { misuse in
      guard let error = outcome(of: misuse.code) else { return "\(name): `\(misuse.code)` does not fail" }
      if error.kind == misuse.kind, error.message == misuse.message { return nil }
      return "\(name): `\(misuse.code)` gives error[\(error.kind.rawValue)]: \(error.message)\n  documented: \(misuse.error)"
    }
  }
}
