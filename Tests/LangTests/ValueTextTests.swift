// A value's text is a program that gives the value back: numbers to the bit, strings of all characters, odd keys.

import Testing

@testable import Lang

private let texts: [(String, String)] = [
  ("0.1 + 0.2", "0.30000000000000004"), ("1e300", "1e+300"), ("-0.0", "-0"), ("0 * -1", "-0"), ("2^53", "9007199254740992"), ("5e-324", "5e-324"),
  ("0 / 0", "nan"), ("-1 / 0", "-inf"), ("1_000_000", "1000000"), ("\"a\\\"\\\\\\n\\t\\r\\e\\0é日\"", "\"a\\\"\\\\\\n\\t\\r\\u001b\\u0000é日\""),
  ("{\"in\": 1, \"a b\": 2, \"\": 3, σ: 4, \"1x\": 5}", "{\"in\": 1, \"a b\": 2, \"\": 3, σ: 4, \"1x\": 5}"), ("range(3, 0, -0.5)", "range(3, 0, -0.5)"),
  ("-1..1e20", "-1..1e+20"), ("[none, true, [], {}]", "[none, true, [], {}]"), ("(0.5..2)", "0.5..2"),
]

/// Values drawn by lot, the same for the same seed.
private struct ValueGenerator {
  private var generator: SeededGenerator
  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  private mutating func one<T>(of choices: [T]) -> T { choices[generator.below(choices.count)] }

  private mutating func number() -> Double {
    switch generator.below(4) {
    case 0: one(of: [0, -0.0, 0.1, 1e300, -1e-300, .nan, .infinity, -.infinity, .pi, 0x1p53, 0x1p53 + 2, -0x1p63, 1e21, .leastNonzeroMagnitude])
    case 1: Double(generator.below(2000) - 1000)
    case 2: Double(bitPattern: generator.next())
    default: Double(generator.below(1 << 30)) / 1024
    }
  }

  private mutating func string() -> String {
    let pieces = ["a", "é", "日", "🙂", "\u{301}", "\"", "'", "\\", "\n", "\r\n", "\t", "\0", "\u{1B}", "{", "}", "#", "\u{7F}", "\u{2028}", "n", " ", "/"]
    return (0..<generator.below(8)).map { _ in one(of: pieces) }.joined()
  }

  mutating func value(_ depth: Int) -> Value {
    switch generator.below(depth > 0 ? 9 : 6) {
    case 0: return .none
    case 1: return .bool(generator.below(2) == 0)
    case 2, 3: return .number(number())
    case 4: return .string(string())
    case 5: return .range(NumberRange(start: number(), end: number(), step: one(of: [1, 1, -1, 0.5, 1e10])))
    case 6, 7: return .list((0..<generator.below(12)).map { _ in value(depth - 1) })
    default: return .record(Record((0..<generator.below(6)).map { _ in (key: one(of: ["k", "in", "true", string()]), value: value(depth - 1)) }))
    }
  }
}

/// Equal to the bit, and NaN to NaN.
private func isSame(_ a: Value, _ b: Value) -> Bool {
  func same(_ a: Double, _ b: Double) -> Bool { a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN) }
  switch (a, b) {
  case (.none, .none): return true
  case (.bool(let a), .bool(let b)): return a == b
  case (.number(let a), .number(let b)): return same(a, b)
  case (.string(let a), .string(let b)): return Array(a.utf8) == Array(b.utf8)
  case (.range(let a), .range(let b)): return same(a.start, b.start) && same(a.end, b.end) && a.step == b.step
  case (.list(let a), .list(let b)): return a.count == b.count && zip(a, b).allSatisfy { isSame($0, $1) }
  case (.record(let a), .record(let b)): return a.keys == b.keys && zip(a.values, b.values).allSatisfy { isSame($0, $1) }
  default: return false
  }
}

@Suite struct ValueTextTests {
  @Test(arguments: texts) func valuesHaveAText(code: String, text: String) throws {
    let cells = Cells()
    #expect(try cells.run(code) == text)
    #expect(try cells.run(text) == text)
  }

  @Test(arguments: 0..<10) func textsGiveTheirValuesBack(_ group: UInt64) throws {
    let cells = Cells()
    for seed in group * 50..<(group + 1) * 50 {
      var generator = ValueGenerator(seed: seed)
      let value = generator.value(3)
      let text = value.quoted
      let back = try cells.interpreter.run(Source(name: "seed \(seed)", text: text)).value
      #expect(isSame(value, back), "seed \(seed): \(text)")
    }
  }
}
