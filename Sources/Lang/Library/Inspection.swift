// Looking at what tensors do: cost, pending graph, ranges, the first NaN, memory.

import Foundation
import Tensor

extension Library {
  static let inspection = Library("Inspection", [
    Builtin(
      "profile(f)",
      "what f()'s tensors cost, as a table, the dearest first; `.rows` lists {operation, calls, ms, gflops, bytes}",
      example: "profile(() -> ones([64, 64]) @ ones([64, 64]))",
      fails: [.type("profile(ones([2]) @ ones([2]))", "profile: `f` is float32[]; expected a function")],
      see: ["graph", "memory"]
    ) { call in
      let function = try call.function("f")
      return .object(try ProfileTable { try call.apply(function, []) })
    },
    Builtin(
      "graph(x, limit = 60)",
      "the pending operations of a tensor or a tree as text: what is fused, what holds its value",
      example: "print(graph(exp(ones([2]) + 1) * 2))",
      fails: [.type("graph(\"x + 1\")", "graph: `x` is a string; expected a tensor, or lists and records of tensors")],
      see: ["profile", "eval"]
    ) { call in
      .object(GraphListing(text: graphText(of: try call.tree("x").leaves, limit: try call.integer("limit", in: 1...10_000))))
    },
    Builtin(
      "describe(x)", "shape, dtype, range, mean, std and how many NaN and infinities",
      example: "describe([1, 2, 4])",
      fails: [
        .type("describe(\"abc\")", "describe: `x` is a string; expected a tensor, a number or a list of numbers"),
      ],
      see: ["hist", "check_nan"]
    ) { call in
      let x = try call.tensor("x")
      let found = try x.statistics()
      let isEmpty = found.finite == 0
      return .record([
        "shape": .list(x.shape.map { .number(Double($0)) }), "dtype": .string(x.dtype.rawValue),
        "min": isEmpty ? .none : .number(found.min), "max": isEmpty ? .none : .number(found.max),
        "mean": isEmpty ? .none : .number(found.mean), "std": isEmpty ? .none : .number(found.std),
        "nan": .number(Double(found.nans)), "inf": .number(Double(found.infinities)),
      ])
    },
    Builtin(
      "check_nan(on = true, infinities = false)",
      """
      stop at the first NaN (or infinity) that an operation makes of good tensors, and say which line

      Each operation is then computed by itself and looked at, which is slow: switch it off when the line is found.
      """,
      example: "check_nan(false)",
      fails: [.type("check_nan(\"on\")", "check_nan: `on` is a string; expected true or false")]
    ) { call in
      NumberCheck.current = try !call.bool("on") ? .off : call.bool("infinities") ? .nanAndInfinity : .nan
      return .none
    },
    Builtin(
      "memory()", "the largest memory this process has taken so far, in MiB",
      example: "memory() > 1",
      fails: [],
      see: ["memory_limit"]
    ) { _ in
      var usage = rusage()
      // RUSAGE_SELF, whose C type changes between imports.
      getrusage(0, &usage)
      return .number((Double(usage.ru_maxrss) / 1024).rounded())
    },
    Builtin(
      "memory_limit(limit = none)",
      "what tensors may take together, in bytes or as \"4GiB\"; a given none: all the machine has; nothing: asks",
      example: "memory_limit(none)",
      fails: [
        .type("memory_limit(\"four gigabytes\")", "memory_limit: `limit` is a string; expected bytes, or a text such as \"4GiB\" or \"500 MB\""),
      ],
      see: ["memory"]
    ) { call in
      if call.isGiven("limit") { Memory.limit = try call.byteCount("limit") }
      return Memory.limit.map { .number(Double($0)) } ?? .none
    },
  ])
}

extension Call {
  /// A number of bytes, or a text with a unit; nil for none.
  fileprivate func byteCount(_ name: String) throws -> Int? {
    let wrong = mismatch(name, "bytes, or a text such as \"4GiB\" or \"500 MB\"")
    switch self[name] {
    case .none: return nil
    case .string(let text):
      guard let size = ByteCount(text) else { throw wrong }
      return try positive(Double(size.bytes), name)
    case .number(let number): return try positive(number, name)
    default: throw wrong
    }
  }

  private func positive(_ bytes: Double, _ name: String) throws -> Int {
    guard bytes >= 1, bytes < 0x1p62 else {
      throw error(.value, "`\(name)` is \(self[name].quoted); expected at least one byte", argument: name)
    }
    return Int(bytes)
  }
}
