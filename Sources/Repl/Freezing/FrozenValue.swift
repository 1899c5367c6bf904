// Values of the language as they stand in a frozen session: everything but tensors as JSON, tensors by their place in the
// file.

import Lang
import Tensor

/// A value in writing.
indirect enum FrozenValue: Codable {
  case none
  case bool(Bool)
  /// As Swift writes doubles: every one comes back, infinities and NaN too.
  case number(String)
  case string(String)
  case list([FrozenValue])
  case record([Field])
  case range(start: String, end: String, step: String)
  /// The name of a tensor of the file.
  case tensor(String)
  case key(high: UInt32, low: UInt32)
  case builtin(String)
  case imported(path: String, name: String)
  case function(text: String, captures: [Field])
  case error(kind: String, message: String, hint: String?)
  /// What another module defines, by its kind.
  case object(kind: String, parts: [Field])

  struct Field: Codable {
    let name: String
    let value: FrozenValue
  }
}

/// An object of the language that can be frozen: it is made of values.
protocol FreezableObject: LanguageObject {
  static var frozenKind: String { get }
  var frozenParts: Record { get throws }
  init(frozenParts: Record) throws
}

/// Why a value cannot be frozen, or made again.
struct FreezingFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
