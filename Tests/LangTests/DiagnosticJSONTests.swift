// What --json-errors writes: read back as JSON, field by field.

import Foundation
import Testing

@testable import Lang

@Suite struct DiagnosticJSONTests {
  private func json(_ code: String) throws -> NSDictionary {
    let text = try #require(Cells().error(code)).json
    #expect(!text.contains("\n"))
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
  }

  @Test func aShapeErrorHasItsOperands() throws {
    let found = try json("w = zeros([64, 32])\nz = zeros([16, 2]); h = z @ w")
    #expect(found["kind"] as? String == "shape" && found["message"] as? String == "cannot multiply z @ w")
    #expect(found["file"] as? String == "in [1]" && found["line"] as? Int == 2 && found["column"] as? Int == 27)
    #expect(found["end"] as? NSDictionary == ["line": 2, "column": 28])
    #expect(found["hint"] as? String == "make the right one [2, 32]")
    #expect(found["notes"] as? [String] == ["inner sizes differ: 2 (axis 1) and 64 (axis 0)"])
    #expect(found["labels"] as? NSArray == [
      ["text": "z: float32[16, 2]", "file": "in [1]", "line": 2, "column": 25, "end": ["line": 2, "column": 26]],
      ["text": "w: float32[64, 32]", "file": "in [1]", "line": 2, "column": 29, "end": ["line": 2, "column": 30]],
    ] as NSArray)
    #expect(found["traceback"] == nil)
  }

  @Test func warningsSayThatTheyAre() throws {
    let found = Cells().interpreter.check(Source(name: "a.imf", text: "fn f() {\n  unused = 1\n  2\n}\nprint(f())"))
    #expect(found.count == 1)
    let text = try #require(found.first).json
    #expect(text.hasPrefix("{\"severity\":\"warning\",\"kind\":\"unused\",") && text.contains("\"file\":\"a.imf\",\"line\":2,\"column\":3"), "\(text)")
  }

  /// Columns count characters, whatever their bytes and widths.
  @Test func columnsAreCharacters() throws {
    let found = try json("s = \"日本 👩‍👩‍👧 é\"; [1][β]")
    #expect(found["line"] as? Int == 1 && found["column"] as? Int == 19)
    #expect(found["end"] as? NSDictionary == ["line": 1, "column": 20])
  }

  @Test func callsUnderWayAreListed() throws {
    let found = try json("fn inner(x) = [1][x]\nfn outer(x) = inner(x)\nouter(3)")
    #expect(found["kind"] as? String == "index")
    let calls = try #require(found["traceback"] as? [NSDictionary])
    #expect(calls.map { $0["function"] as? String } == ["inner", "outer"])
    #expect(calls.map { $0["line"] as? Int } == [2, 3] && calls.map { $0["column"] as? Int } == [15, 1])
  }

  @Test func anythingIsAString() throws {
    let found = try json("fail(\"a \\\"quote\\\" \\\\ \\n\\t\\u0001 end\")")
    #expect(found["message"] as? String == "a \"quote\" \\ \n\t\u{1} end")
  }

  @Test func aPlaceMayBeUnknown() throws {
    let text = Diagnostic(.io, "there is no file x.imf").json
    #expect(text == "{\"severity\":\"error\",\"kind\":\"io\",\"message\":\"there is no file x.imf\"}")
  }
}
