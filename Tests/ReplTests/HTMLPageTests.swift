// Pages: all that a report has, and nothing that prose or outputs could do to them.

import Foundation
import Lang
import Testing

@testable import Repl

@Suite struct HTMLPageTests {
  private func page(_ text: String, folder: String = "") throws -> String { try HTMLPage(.of(text), folder: folder).text }

  @Test func cellsAndTheirOutputsAreShown() throws {
    let page = try page("#%% [md]\n# # Title\n# *words*\n#%% First\nx = 2\nprint(\"a & b\")\nx * 21\n#%%\ngrid(zeros([1, 4, 4, 1]))\n#%%\nplot([1, 2, 1])\n")
    #expect(page.contains("<h1 id=\"title\">Title</h1>") && page.contains("<title>Title</title>") && page.contains("<em>words</em>"))
    #expect(page.contains("<h3 id=\"first\">First</h3>"))
    #expect(page.contains("in&nbsp;[1]") && page.contains("out&nbsp;[1]") && page.contains("<pre>42</pre>") && page.contains("a &amp; b"))
    #expect(page.contains("class=\"pixels\" alt=\"image 4x4"))
    #expect(page.contains("<source media=\"(prefers-color-scheme: dark)\" srcset=\"data:image/svg+xml;base64,"))
  }

  @Test func twoPagesOfOneScriptAreEqual() throws {
    let text = "#%% One\nrandn(3)\n#%% Two\nhist(randn(100))\n"
    #expect(try page(text) == page(text))
  }

  /// Nothing in it makes a browser fetch anything; links that somebody may follow are the prose's own.
  @Test func aPageNeedsNothingElse() throws {
    let page = try page("#%% [md]\n# # T\n# ![far](https://example.org/x.png) ![near](missing.png)\n#%%\nplot([1, 2])\n#%%\ngrid(ones([1, 2, 2, 1]))\n1 / none\n")
    for word in ["<script", "<link", "<iframe", "@import", "url(", "src=\"http", "src=\"missing"] { #expect(!page.contains(word), "\(word)") }
    #expect(page.contains("Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\""))
    for source in page.matches(of: /(?:src|srcset)="([^"]{0,22})/) { #expect(["data:image/png;base64,", "data:image/svg+xml;bas"].contains(source.1), "\(source.1)") }
    #expect(page.contains("<a href=\"https://example.org/x.png\">far</a>") && page.contains("<a href=\"missing.png\">near</a>"))
    let plain = try self.page("#%% One\n1 + 1\n#%% Two\nplot([1, 2])\n")
    #expect(!plain.contains("://"))
  }

  @Test func picturesOfTheProseBecomePartOfThePage() throws {
    let folder = try ScratchFolder()
    try Picture(width: 1, height: 1, grey: [9]).save(to: folder.file("dot.png"))
    try Data("secret".utf8).write(to: URL(fileURLWithPath: folder.file("text.png")))
    let page = try page("#%% [md]\n# ![d](dot.png) ![t](text.png) ![v](/dev/zero) ![f](.)\n", folder: folder.path)
    #expect(page.contains("<img src=\"data:image/png;base64,iVBOR"))
    #expect(!page.contains("c2VjcmV0") && page.contains("<a href=\"text.png\">t</a>"))
  }

  @Test(arguments: ["</script><script>alert(1)</script>", "]]>", "\"'&<>", "<img src=x onerror=alert(1)>", "-->", "\u{0}\u{1B}]0;x\u{7}\r\u{7F}\u{9B}", "</pre></code></style>"])
  func hostileTextStaysText(_ text: String) throws {
    let quoted = "\"" + text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
    let prose = text.replacing("\r", with: "").replacing("\n", with: "")
    let page = try page("#%% [md]\n# \(prose)\n# ## \(prose)\n#%% \(prose)\nprint(\(quoted))\n\(quoted)\n#%%\nnone + \(quoted)\n")
    #expect(!page.contains("<script") && !page.contains("<img") && !page.contains("onerror=alert(1)>\""))
    #expect(page.matches(of: /<\/style>/).count == 1 && page.matches(of: /<\/html>/).count == 1)
    #expect(page.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) || $0 == "\n" || $0 == "\t" })
  }

  @Test(arguments: ["javascript:alert(1)", "data:text/html,<script>", "vbscript:x"]) func linksThatRunAreNone(_ address: String) throws {
    let page = try page("#%% [md]\n# [x](\(address)) ![x](\(address))\n")
    #expect(!page.contains("href=\"\(address.prefix(6))"))
  }

  @Test func htmlInProseIsShown() throws {
    let page = try page("#%% [md]\n# <div onclick=\"x\">\n# block\n# </div>\n#\n# in<b>line</b>\n")
    #expect(page.contains("&lt;div onclick=&quot;x&quot;&gt;") && page.contains("in&lt;b&gt;line&lt;/b&gt;"))
  }

  @Test func aFailedCellIsShownAndNamedAtTheTop() throws {
    let page = try page("#%% A\n1\n#%% B\n[1][7]\n#%% C\nprint(3)\n")
    #expect(page.contains("<a href=\"#in-2\">in [2]</a> failed"))
    #expect(page.contains("<pre class=\"error\">") && page.contains("sample.imf:4:"))
    #expect(page.contains("not run") && !page.contains("in&nbsp;[3]"))
  }

  @Test func endlessOutputIsBounded() throws {
    let page = try page("for i in 0..40000 { print(\"line\", i) }\n")
    #expect(page.utf8.count < 150_000)
    #expect(page.contains("bytes are left out here ...]") && page.contains("line 0\n") && page.contains("line 39999"))
  }

  /// As vectors they would take more than as pixels.
  @Test func plotsOfManyPointsArePixels() throws {
    let page = try page("scatter(randn(20000, 2))\n")
    #expect(page.contains("srcset=\"data:image/png;base64,") && page.utf8.count < 2_500_000)
  }

  @Test func manyPicturesAreBounded() throws {
    let page = try page("for i in 0..500 { show(grid(ones([1, 1, 1, 1]))) }\n")
    #expect(page.matches(of: #/<img /#).count == 400)
    #expect(page.contains("[100 outputs more are left out here]"))
  }

  /// Headings of the same words, and such as sound like cells, lead to different places.
  @Test func placesHaveTheirOwnNames() throws {
    let page = try page("#%% [md]\n# # A\n# ## in 1\n# ## Same\n#%% Same\n1\n#%% [md]\n# ## Same\n# ## ???\n")
    let names = page.matches(of: /id="([^"]+)"/).map { String($0.1) }
    #expect(Set(names).count == names.count && names.contains("same-2") && names.contains("in-1-2"))
    let links = page.matches(of: /href="#([^"]+)"/).map { String($0.1) }
    #expect(!links.isEmpty && Set(links).isSubset(of: names))
  }

  @Test func coloursOfATerminalBecomeClasses() {
    #expect(HTMLText.printed("a\u{1B}[1;31mb\u{1B}[0m<\u{1B}[2J") == "a<span class=\"bold red\">b</span>&lt;\u{241B}[2J")
    #expect(HTMLText.printed("\u{1B}[99999999999999999999mx\u{1B}[") == "x\u{241B}[")
  }
}
