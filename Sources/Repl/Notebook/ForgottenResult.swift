// What `_3` is once its result had to go: results must not eat the memory that work needs.

import Lang
import Tensor

/// Stands for a result that was dropped, and says why.
struct ForgottenResult: LanguageObject {
  let cell: Int
  /// "float32[1000, 1000]".
  let what: String
  let bytes: Int
  let limit: Int

  var typeName: String { "forgotten result" }
  var summary: String {
    "out[\(cell)] is not kept: \(what) of \(Memory.shown(bytes)), and results keep \(Memory.shown(limit)) "
      + "(`x = ...` keeps a value, `:limit out 1 GB` more of them)"
  }
}

extension Value {
  var isForgotten: Bool { if case .object(let object) = self { object is ForgottenResult } else { false } }
}
