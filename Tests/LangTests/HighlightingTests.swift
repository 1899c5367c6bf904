// Words of a text by what they are.

import Testing

@testable import Lang

@Suite struct HighlightingTests {
  private func marked(_ text: String) -> String {
    Source(name: "", text: text).runs.map { $0.role == .plain ? $0.text : "<\($0.role.rawValue.prefix(1)):\($0.text)>" }.joined()
  }

  @Test(arguments: [
    ("x = 1.5e-3 # why", "x = <n:1.5e-3> <c:# why>"), ("fn f(a) { f(a) }", "<k:fn> <f:f>(a) { <f:f>(a) }"), ("true and none", "<n:true> <k:and> <n:none>"),
    ("f(x)(y)", "<f:f>(x)(y)"), ("f (x)", "f (x)"), ("\"a # b\"", "<s:\"a # b\">"), ("f\"{g(n)} of {n:.2f}\"", "<s:f\"{><f:g>(n)<s:} of {>n<s::.2f}\">"),
    ("## what\nfn g() { 1 }", "<c:## what>\n<k:fn> <f:g>() { <n:1> }"), ("α = β(2)", "α = <f:β>(<n:2>)"), ("", ""),
    // What cannot be read is plain, and what follows is not lost.
    ("\"open\ny = 2", "\"open\ny = <n:2>"), ("$$ 1", "$$ <n:1>"), ("f\"{f\"{1}\"}\"", "<s:f\"{f\"{><n:1><s:}\"}\">"), ("\u{0}\r\n# x", "\u{0}\r\n<c:# x>"),
  ]) func wordsHaveRoles(_ text: String, _ expected: String) {
    #expect(marked(text) == expected)
  }

  @Test(arguments: ["x = f(\"é\") # ü", "\"\"\"\n#%% no\n", "f\"{", "f\"{x", "((((", "日本 = 1\r\n", "#!/bin/x\n1", "f\"{a}{b}\" + f\"{}\""])
  func nothingIsLost(_ text: String) {
    #expect(Source(name: "", text: text).runs.map(\.text).joined() == text)
  }
}
