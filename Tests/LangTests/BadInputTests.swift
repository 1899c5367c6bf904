// The same in the language: kind, sentence, and where the caret stands (`«` in the source).

import Tensor
import Testing

@testable import Lang

private let tensors: [Failure] = [
  Failure("x = tensor([1, 2], dtype = \"int32\")\ny = x «// 0", .value, "cannot divide"), Failure("x = tensor([1, 0], dtype = \"int32\")\nprint(x «// x)", .value, "cannot divide x // x"),
  Failure("eval(tensor([1], dtype = \"int64\") «% tensor([0], dtype = \"int64\"))", .value, "cannot divide"),
  Failure("x = ones([3])\neval(«take(x, [5]))", .index, "index 5 is outside axis 0 of size 3"), Failure("«ones([3])[7]", .index, "7"),
  Failure("ones([4294967296, 1]) «+ ones([1, 4294967296])", .limit, "cannot add"), Failure("«pad([1, 2], [[9e18, 9e18]])", .limit, "pad"),
  Failure("«arange(1e11)", .limit, "arange"), Failure("«arange(nan)", .value, "finite"), Failure("linspace(0, 1, n = «1e300)", .value, "whole number"),
  Failure("reshape([1, 2], [nan])", .type, "whole numbers"), Failure("«reshape([1, 2], [-1, -1])", .shape, "negative"), Failure("zeros([inf])", .type, "whole numbers"),
  Failure("split(ones([0]), 1e15)", .value, "does not split"), Failure("sum([1, 2], axis = «1e300)", .type, "whole numbers"), Failure("sum([1, 2], axis = «5)", .index, "axis 5"),
  Failure("threads(«1e9)", .value, "expected 1 to"), Failure("«eigh(zeros([40000, 40000]))", .limit, "at most 32000"), Failure("«tensor([[1, 2], [3]])", .shape, "the rows differ"),
  Failure("«sort(1)", .index, "without axes"), Failure("one_hot([1], «1e300)", .value, "whole number"), Failure("cross_entropy(ones([2, 3]), [3, 0])\n|> eval", .index, "outside"),
]

private let sequences: [Failure] = [
  Failure("«list(0..1e15)", .limit, "are needed"), Failure("[...(0..1e15)]", .limit, "are needed"), Failure("«map(0..1e15, x -> x)", .limit, "are needed"),
  Failure("«sorted(0..1e15)", .limit, "are needed"), Failure("«tensor(0..1e15)", .limit, "are needed"), Failure("«max(0..1e15)", .limit, "are needed"),
  Failure("«join(expand(ones([1]), [100000000000]))", .limit, "are needed"), Failure("«[1, 2, 3][range(0, 3, 0.5)]", .index, "no whole number"),
  Failure("«[1, 2, 3][range(nan, 3)]", .index, "nan is no whole number"), Failure("«ones([3])[range(nan, 2)]", .index, "no whole number"),
  Failure("[1, 2][::«0]", .index, "step of a slice cannot be 0"), Failure("«ones([3])[tensor(9223372036854775807, dtype = \"int64\")]", .index, "no whole number"),
]

@Suite struct BadInputTests {
  @Test(arguments: tensors) func tensorErrors(_ failure: Failure) { failure.check() }
  @Test(arguments: sequences) func sequenceErrors(_ failure: Failure) { failure.check() }

  @Test func theSessionGoesOnAfterEachOfThem() throws {
    let cells = Cells()
    try cells.run("kept = 3")
    for failure in tensors + sequences { #expect(cells.error(failure.source) != nil) }
    #expect(try cells.run("kept + sum(ones([2])).item()") == "5")
  }

  @Test(arguments: [
    ("[1, 2, 3][::9223372036854774784]", "[1]"), ("arange(3)[::-9223372036854774784].tolist()", "[2]"), ("len(0..1e15)", "1000000000000000"),
    ("(0..1e15)[-1]", "999999999999999"), ("[1, 2][range(0, inf)]", "[1, 2]"), ("ones([3])[range(-inf, 2)].shape", "[2]"), ("tensor([-7], dtype = \"int32\") // 2 |> tolist", "[-4]"),
  ])
  func largeNumbersThatMeanSomethingWork(code: String, value: String) throws { #expect(try Cells().run(code) == value) }

  /// Functions hold names and names functions; with the session all of it goes.
  @Test func aSessionLeavesNothingBehind() throws {
    weak var recursive: Function?
    weak var counting: Function?
    weak var numeric: FunctionCode?
    do {
      let cells = Cells()
      try cells.run("fn f(n) = if n < 1 { [] } else { f(n - 1) }\nfn g(n) { s = 0; for i in 0..n { s += i }; s }\nfn h(n) = if n < 2 { n } else { h(n - 1) }\nf(3)\ng(3)\nh(3)")
      if case .function(let h)? = cells.interpreter.value(at: "h"), case .written(let code, _) = h.body { numeric = code }
      if case .function(let f)? = cells.interpreter.value(at: "f"), case .function(let g)? = cells.interpreter.value(at: "g") {
        (recursive, counting) = (f, g)
      }
      #expect(recursive != nil && counting != nil && numeric != nil)
    }
    #expect(recursive == nil)
    #expect(counting == nil)
    #expect(numeric == nil)
  }
}
