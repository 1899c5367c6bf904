// Markdown out and in.

import Lang
import Testing

@testable import Repl

@Suite struct MarkdownPageTests {
  @Test func cellsOutputsAndPictures() throws {
    let page = try MarkdownPage(.of("#%% [md]\n# # T\n#%% Show\nprint(7)\ngrid(ones([1, 2, 2, 1]))\n"), folder: "my page_files")
    #expect(page.text.hasPrefix("# T\n\n**Show**\n\n```imf %% Show\nprint(7)\n"))
    #expect(page.text.contains("```text\n7\n```\n\n![image 2x2") && page.text.contains("](my%20page_files/cell-1-1.png)"))
    #expect(page.pictures.map(\.name) == ["cell-1-1.png"])
  }

  @Test func fencesAreLongerThanWhatTheyHold() throws {
    let page = try MarkdownPage(.of("print(\"````\")\n"), folder: "f")
    #expect(page.text.contains("`````text\n````\n`````"))
    #expect(MarkdownPage.document(from: page.text) == Document(text: "print(\"````\")\n"))
  }

  @Test(arguments: [
    "x = 1\n", "#%% [md]\n# words\n\nx = 1\n", "#%%\nx = 1\nx\n\n#%% Title\nprint(\"y\")\n\n#%% [md]\n# after\n", "#%% [md]\n# ```imf\n# not(run)\n# ```\n\n#%% Run\nprint(\"```\")\n",
    "#%%\ngrid(ones([1, 2, 2, 1]))\n\n#%%\n[1][3]\n\n#%%\nnever\n",
  ]) func whatIsExportedIsImported(_ script: String) throws {
    let page = try MarkdownPage(.of(script), folder: "f").text
    let read = MarkdownPage.document(from: page)
    #expect(read == Document(text: script), "\(page)")
    #expect(try MarkdownPage(.of(read.text), folder: "f").text == page)
  }

  @Test func pagesWrittenByHandHavePlainFences() {
    let document = MarkdownPage.document(from: "# T\r\n\r\n```imf\r\nx = 1\r\n```\r\n\r\n```python\nimport this\n```\n\n```imf\nopen")
    #expect(document.sections == [.prose("# T"), .code(title: nil, text: "x = 1"), .prose("```python\nimport this\n```"), .code(title: nil, text: "open")])
    #expect(MarkdownPage.document(from: "no cells").sections == [.prose("no cells")])
    #expect(MarkdownPage.document(from: "").sections.isEmpty)
  }
}
