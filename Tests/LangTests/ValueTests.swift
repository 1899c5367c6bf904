// Expressions and what they are worth: one row each.

import Testing

@testable import Lang

private let rows: [(code: String, value: String)] = [
  // Numbers
  ("1_000 + 0x1f", "1031"), ("1e-4", "0.0001"), ("7 // 2", "3"), ("-7 // 2", "-4"), ("-7 % 3", "2"), ("7 % -3", "-2"),
  ("2^3^2", "512"), ("-2^2", "-4"), ("2^-1", "0.5"), ("2**10", "1024"), ("1 / 0", "inf"), ("9007199254740992", "9007199254740992"),
  ("0.1 + 0.2", "0.30000000000000004"), (".5", "0.5"), ("5.", "5"), ("0b101 + 0o17", "20"), ("1 + 2 * 3 - 4 / 2", "5"),
  // Comparisons and conditions
  ("1 < 2 < 3", "true"), ("1 < 3 < 2", "false"), ("not 1 == 2", "true"), ("true and not false or false", "true"),
  ("\"a\" < \"b\"", "true"), ("[1, [2]] == [1, [2]]", "true"), ("{a: 1} == {a: 1}", "true"), ("1 == \"1\"", "false"),
  ("2 in [1, 2]", "true"), ("\"a\" in {a: 1}", "true"), ("\"low\" in \"flow\"", "true"), ("3 in 0..3", "false"), ("4 not in [1]", "true"),
  // Strings
  ("\"a\\tb\\u0041\"", "\"a\\tbA\""), ("\"\"\"two\nlines\"\"\"", "\"two\\nlines\""), ("f\"{1 + 1:.3f}|{7:>4}|{7:04d}|{0.5:.1%}|{{}}\"", "\"2.000|   7|0007|50.0%|{}\""),
  ("f\"{[1, 2]} {\"x\"}\"", "\"[1, 2] x\""), ("f\"{12345.678:,.1f} {-1.5:+.1e} {\"ab\":^6}|\"", "\"12,345.7 -1.5e+00   ab  |\""),
  ("\"héllo\"[1]", "\"é\""), ("\"hello\"[1:3]", "\"el\""), ("\"abc\"[::-1]", "\"cba\""), ("\"a\" + \"b\"", "\"ab\""),
  ("split(\"a,b\", \",\")", "[\"a\", \"b\"]"), ("\" x \".trim()", "\"x\""), ("\"net/u\".starts_with(\"net\")", "true"),
  // Lists, records, ranges
  ("[1, 2] + [3]", "[1, 2, 3]"), ("[...0..3, 9]", "[0, 1, 2, 9]"), ("[10, 20, 30][-1]", "30"), ("[1, 2, 3, 4][1:3]", "[2, 3]"),
  ("[1, 2, 3][::2]", "[1, 3]"), ("{a: 1, \"b/c\": 2}[\"b/c\"]", "2"), ("{...{a: 1, b: 2}, a: 3}", "{a: 3, b: 2}"),
  ("{[\"k\" + \"1\"]: 5}", "{k1: 5}"), ("a = 1; {a, b: 2}", "{a: 1, b: 2}"), ("0..5", "0..5"), ("range(2, 10, 3)[2]", "8"),
  ("len(0..7)", "7"), ("keys({b: 1, a: 2})", "[\"b\", \"a\"]"), ("sorted([3, 1, 2], descending = true)", "[3, 2, 1]"),
  ("{if: 1}.if", "1"), ("map([1, 2], x -> x + 1)", "[2, 3]"), ("map(x -> x + 1, [1, 2])", "[2, 3]"), ("reduce([1, 2, 3], (a, b) -> a * b)", "6"),
  ("max(1, 5, 3)", "5"), ("min([4, 2])", "2"), ("sum([0.5, 0.25])", "0.75"), ("abs(-3)", "3"), ("round(2.5)", "2"),
  // Functions
  ("fn f(a, b = a + 1) = a * b\nf(3)", "12"), ("fn f(a, ...rest) = [a, rest]\nf(1, 2, 3)", "[1, [2, 3]]"),
  ("fn f(**more) = more\nf(x = 1)", "{x: 1}"), ("(x, y) -> x + y", "fn function(x, y)"), ("(() -> { 1; 2 })()", "2"), ("fn f(n) { if n == 0 { return 1 }; n * f(n - 1) }\nf(5)", "120"),
  ("fn f() { for i in 0..10 { if i == 3 { return i } } }\nf()", "3"), ("fn f() { x = if true { return 7 } else { 1 }; x }\nf()", "7"),
  ("k = 2; g = x -> x * k; k = 5; g(1)", "5"), ("fn counter() { n = 0; () -> { n + 1 } }\ncounter()()", "1"),
  ("compose = (f, g) -> (x -> f(g(x)))\ncompose(x -> x + 1, x -> x * 2)(5)", "11"), ("(x -> { a: x })(3)", "{a: 3}"),
  ("r = {f: x -> x + 1}; r.f(2)", "3"), ("[1, 2, 3].len()", "3"), ("f = x -> y -> x - y; f(5)(2)", "3"),
  // Pipes
  ("[3, 1, 2] |> sorted |> len", "3"), ("2 |> (x -> x + 1)", "3"), ("10 |> range(2, _)", "2..10"), ("3 |> [_, _ + 1]", "[3, 4]"),
  ("[1, 2, 3]\n  |> map(x -> x * 2)\n  |> sum", "12"), ("5 |> map([1, 2], x -> x + _)", "[6, 7]"),
  // Control
  ("if false { 1 } else if true { 2 } else { 3 }", "2"), ("if false { 1 }", "none"),
  ("s = 0\nfor i, x in enumerate([5, 6]) { s += i * x }\ns", "6"), ("s = 0; i = 0\nwhile true { i += 1; if i > 5 { break }; if i % 2 == 0 { continue }; s += i }\ns", "9"),
  ("s = \"\"; for k in {a: 1, b: 2} { s += k }; s", "\"ab\""), ("t = 0; for a, b in zip([1, 2], [3, 4]) { t += a * b }; t", "11"),
  // Assignment
  ("a, b = [1, 2]; [b, a]", "[2, 1]"), ("(a, b) = [1, 2]; a", "1"), ("x = [1, [2, 3]]; y = x; y[1][0] = 9; [x, y]", "[[1, [2, 3]], [1, [9, 3]]]"),
  ("r = {a: {b: [1]}}; r.a.b[0] += 5; r.c = 1; r", "{a: {b: [6]}, c: 1}"), ("x = [1, 2, 3]; x[1:] = [8, 9, 10]; x", "[1, 8, 9, 10]"),
  ("x = 2; x ^= 3; x -= 1; x", "7"),
  // A value handed over to a builtin that uses it up: nobody may see it
  ("x = [1]; y = x; x = append(x, 2); [x, y]", "[[1, 2], [1]]"), ("fn f(x) { x = append(x, 2); x }\ny = [1]; [f(y), y]", "[[1, 2], [1]]"),
  ("x = [1]; x = append(x, x); x", "[1, [1]]"), ("x = [1]; x = append(x, () -> x); len(x)", "2"), ("x = [1]; fn see() = len(x)\nx = append(x, see()); x", "[1, 1]"),
  ("x = [1]; r = try { x = append(x, fail(\"a\")); 0 } catch { len(x) }; r", "1"), ("x = 0..2; x = append(x, 5); x", "[0, 1, 5]"),
  ("x = [1]\nfor i in 0..3 { y = x; x = append(x, i); assert len(y) == i + 1 }\nx", "[1, 0, 1, 2]"), ("append = (a, b) -> a; x = 1; x = append(x, 2); x", "1"),
  ("fn f() { x = [1]; g = () -> x; x = append(x, 2); [x, g()] }\nf()", "[[1, 2], [1, 2]]"),
  // Errors as values
  ("try fail(\"no\") catch e { e.message }", "\"no\""), ("try { [1][5] } catch e { e.kind }", "\"index\""), ("try 1 catch e { 2 }", "1"),
  ("try fail(\"a\") catch { 3 }", "3"), ("try fail(\"x\", hint = \"y\") catch e { e.hint }", "\"y\""),
]

private let tensorRows: [(code: String, value: String)] = [
  ("tensor([[1, 2], [3, 4]])", "float32[2, 2]\n[[1, 2],\n [3, 4]]"), ("tensor(3)", "3  float32[]"), ("tensor([true, false])", "bool[2]\n[ true, false]"),
  ("tolist(tensor([1, 2]) + [10, 20])", "[11, 22]"), ("tolist([[1, 2], [3, 4]] @ tensor([1, 1]))", "[3, 7]"), ("tolist(1 - tensor([1, 2]))", "[0, -1]"),
  ("tolist(arange(6).reshape(2, 3).T)", "[[0, 3], [1, 4], [2, 5]]"), ("arange(24).reshape(2, 3, 4)[1, ..., 0].tolist()", "[12, 16, 20]"),
  ("arange(5)[::-2].tolist()", "[4, 2, 0]"), ("arange(4)[new, :].shape", "[1, 4]"), ("arange(5)[tensor([true, false, true, false, true])].tolist()", "[0, 2, 4]"),
  ("arange(5)[[3, 1]].tolist()", "[3, 1]"), ("x = arange(9).reshape(3, 3); x[[0, 2], [1, 2]].tolist()", "[1, 8]"), ("x = arange(9).reshape(3, 3); x[:, [2, 0]].tolist()", "[[2, 0], [5, 3], [8, 6]]"),
  ("x = zeros([2, 2]); x[0, :] = [1, 2]; x[1, 1] += 5; tolist(x)", "[[1, 2], [0, 5]]"), ("x = arange(4); x[x > 1] = 0; tolist(x)", "[0, 1, 0, 0]"),
  ("x = arange(3); y = x; y[0] = 9; [x[0].item(), y[0].item()]", "[0, 9]"), ("[zeros([2, 3]).ndim, zeros([2, 3]).size, zeros([2, 3]).dtype]", "[2, 6, \"float32\"]"),
  ("sum(ones([2, 3]), axis = 0).tolist()", "[2, 2, 2]"), ("argmax([1, 9, 2]).item()", "1"), ("where(tensor([1, -1]) > 0, 1, 0).tolist()", "[1, 0]"),
  ("grad(x -> x^3)(2)", "12  float32[]"), ("grad(grad(x -> x^4))(2)", "48  float32[]"), ("grad(p -> sum(p.w * p.w) + p.b)({w: [1, 2], b: 3}).w.tolist()", "[2, 4]"),
  ("tolist(jvp(x -> x^2, [tensor([3, 4])], [1])[1])", "[6, 8]"), ("v, g = value_and_grad((x, k) -> k * x^2)(3, 2); [v.item(), g.item()]", "[18, 12]"),
  ("o, back = vjp((a, b) -> a * b, [3, 4]); map(back(1), item)", "[4, 3]"), ("grad(x -> jvp(y -> y^3, [x], [1])[1])(2)", "12  float32[]"),
  ("fn f(x: [b, d], y: [b, 1]) = [b, d]\nf(zeros([4, 2]), zeros([4, 1]))", "[4, 2]"),
  ("map_tree((a, b) -> a + b, {x: [1, 2], y: 3}, {x: [10, 20], y: 30}).x.tolist()", "[11, 22]"),
  ("if tensor([1]) > 0 { \"yes\" }", "\"yes\""), ("all(tensor([1, 2]) > 0)", "true"), ("any(tensor([0, 0]) > 0)", "false"),
  ("s = 0; for row in arange(4).reshape(2, 2) { s += sum(row).item() }; s", "6"), ("cast([1.7, 2.2], \"int32\").tolist()", "[1, 2]"),
  ("key(99)", "key(0, 99)"), ("len(split_key(key(1), 3))", "3"), ("normal(key(0), [2, 3]).shape", "[2, 3]"), ("allclose(softmax([1, 2, 3]).sum(), 1)", "true"),
]

private let tensorRules: [(code: String, value: String)] = [
  // Types
  ("[(cast([1], \"uint8\") + 1).dtype, (cast([1], \"uint8\") + 300).dtype, (cast([1], \"int32\") * 0.5).dtype]", "[\"uint8\", \"int32\", \"float32\"]"),
  ("tolist(cast([250], \"uint8\") + 10)", "[4]"), ("tolist(cast([3], \"int64\") ^ 20)", "[3486784401]"), ("(cast([1, 2], \"int32\") + [10, 20]).dtype", "\"int32\""),
  ("tolist(tensor([true, true]) + tensor([true, false]))", "[true, true]"), ("sum(tensor([true, true])).dtype", "\"int64\""), ("all(cast([9007199254740993], \"int64\") == 9007199254740992)", "true"),
  ("tolist(logical_and([2, 0], [1, 1]))", "[true, false]"), ("tolist(relu([-1, 0 / 0])[0:1])", "[0]"), ("max(1, 0 / 0)", "nan"), ("min([0 / 0, 1])", "nan"),
  // Reductions
  ("var([1, 2, 3, 4], ddof = 1)", "1.6666666666666667"), ("tolist(cumsum([[1, 2], [3, 4]]))", "[1, 3, 6, 10]"), ("logsumexp(zeros([0])).item()", "-inf"), ("logsumexp([1 / 0, 1])", "inf"),
  ("tolist(round([0.5, 1.5, 2.5]))", "[0, 2, 2]"), ("round(1250, -2)", "1200"), ("tolist(clip([-2, 5], none, 3))", "[-2, 3]"),
  ("tolist(all([[1, 0], [1, 1]], axis = 1))", "[false, true]"), ("tolist(any(zeros([2, 0]), axis = -1, keepdims = true))", "[[false], [false]]"), ("all(zeros([0]))", "true"), ("tensor(true)", "true  bool[]"),
  // Indexing
  ("x = arange(12).reshape(3, 4); x[[0, 2], :, new].shape", "[2, 4, 1]"), ("x = arange(24).reshape(2, 3, 4); x[[0, 1, 0], :, [1, 2, 3]].shape", "[3, 3]"),
  ("x = arange(6).reshape(2, 3); x[tensor([true, false]), 1].tolist()", "[1]"), ("x = arange(6).reshape(2, 3); x[:, tensor([true, false, true])].tolist()", "[[0, 2], [3, 5]]"),
  ("x = arange(4); x[[0, 0, 3]] = [7, 8, 9]; tolist(x)", "[8, 1, 2, 9]"), ("x = arange(4); x[[0, 3]] += 10; tolist(x)", "[10, 1, 2, 13]"), ("x = zeros([2, 2]); x[tensor([[true, false], [false, true]])] = [3, 4]; tolist(x)", "[[3, 0], [0, 4]]"),
  ("grad(x -> sum(x[[0, 0, 1]]^2))([1, 2, 3]).tolist()", "[4, 4, 0]"), ("grad(v -> { x = zeros([3]); x[[2, 0]] = v; sum(x * [1, 2, 3]) })([5, 6]).tolist()", "[3, 1]"),
  // Rearranging
  ("tolist(pad([1, 2, 3], 2, mode = \"reflect\"))", "[3, 2, 1, 2, 3, 2, 1]"), ("tolist(roll([[1, 2], [3, 4]], 1))", "[[4, 1], [2, 3]]"), ("squeeze(ones([1, 3, 1]), [0, -1]).shape", "[3]"),
  // Images and sums
  ("conv2d(ones([2, 5, 5, 3]), ones([3, 3, 3, 4]), 2, 1).shape", "[2, 3, 3, 4]"), ("conv2d(ones([1, 3, 3, 1]), ones([3, 3, 1, 1]), padding = \"same\").reshape(3, 3).tolist()", "[[4, 6, 4], [6, 9, 6], [4, 6, 4]]"),
  ("conv2d(ones([1, 4, 4, 1]), ones([2, 2, 1, 1]), [2, 1], [[0, 1], [1, 0]]).shape", "[1, 2, 4, 1]"), ("max_pool(arange(16).reshape(1, 4, 4, 1), 2).reshape(4).tolist()", "[5, 7, 13, 15]"),
  ("avg_pool(ones([1, 2, 2, 1]), 3, 1, \"same\", count_include_padding = false).sum().item()", "4"), ("einsum(\"ij,ij->i\", [[1, 2], [3, 4]], [[1, 1], [1, 1]]).tolist()", "[3, 7]"), ("einsum(\"ii\", eye(3)).item()", "3"),
]

@Suite struct ValueTests {
  @Test(arguments: tensorRules) func tensorRule(code: String, value: String) throws {
    #expect(try Cells().run(code) == value)
  }

  @Test(arguments: rows) func expression(code: String, value: String) throws {
    #expect(try Cells().run(code) == value)
  }

  @Test(arguments: tensorRows) func tensorExpression(code: String, value: String) throws {
    #expect(try Cells().run(code) == value)
  }

  @Test func aValueIsSmall() {
    #expect(MemoryLayout<Value>.size <= 16)
  }

  @Test func printWritesStringsBareAndScalarsAsNumbers() throws {
    let cells = Cells()
    try cells.run("print(\"a\", 1.5, [\"b\"], tensor(2))")
    #expect(cells.printed == "a 1.5 [\"b\"] 2\n")
  }

  @Test func theLastResultIsUnderscoreAndAPipeContinuesIt() throws {
    #expect(try Cells().run("[3, 1, 2]", "|> sorted", "_[0]") == "1")
  }

  @Test func namesOfOneCellAreKnownToTheNext() throws {
    #expect(try Cells().run("fn f(x) = x + k; k = 1", "k = 10", "f(1)") == "11")
  }

  @Test func aFailedCellTakesBackWhatItAssigned() throws {
    let cells = Cells()
    try cells.run("x = 1; xs = [1, 2]")
    #expect(cells.error("x = 2; xs[0] = 9; y = 3; fail(\"no\")") != nil)
    #expect(try cells.run("[x, xs]") == "[1, [1, 2]]")
    #expect(cells.interpreter.names == ["x", "xs"])
  }

  @Test func parametersComeFromTheCommandLineInTheirDefaultsType() throws {
    let cells = Cells(parameters: ["steps": "2000", "out": "here", "fast": "yes"])
    #expect(try cells.run("param steps = 5\nparam out = \"\"\nparam fast = false\nparam rate = 0.1\n[steps, out, fast, rate]") == "[2000, \"here\", true, 0.1]")
  }

  @Test func theSeedFixesTheSessionsRandomNumbers() throws {
    #expect(try Cells().run("seed(7); a = randn(3); seed(7); b = randn(3); [same(a, b), same(b, randn(3))]") == "[true, false]")
  }
}
