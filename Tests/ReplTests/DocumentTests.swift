// Scripts as cells.

import Testing

@testable import Repl

@Suite struct DocumentTests {
  @Test func marksDivideCodeAndProse() {
    let document = Document(text: "import \"a.imf\" as a\n\n#%% Load\nx = 1\n\n#%% [md]\n# # Title\n# with *words*\n#\n# more\n\n#%%\ny = 2\n")
    #expect(document.sections == [
      .code(title: nil, text: "import \"a.imf\" as a"), .code(title: "Load", text: "x = 1"),
      .prose("# Title\nwith *words*\n\nmore"), .code(title: "", text: "y = 2"),
    ])
  }

  @Test func codeBelowProseIsCode() {
    #expect(Document(text: "#%% [markdown] notes\n# words\nx = 1\n# a comment\n").sections == [.prose("words"), .code(title: nil, text: "x = 1\n# a comment")])
  }

  @Test(arguments: ["", "x = 1", "#%%", "#%% [md]", "#%%\n#%%\n", "#%% [md]\nx = 1\n#%% T\n", "\n\n# c\n#%% [MD]\n#no blank\n", "#%%[md]\n# a"])
  func whatIsWrittenReadsTheSame(_ text: String) {
    let document = Document(text: text)
    #expect(Document(text: document.text) == document)
    #expect(Document(text: document.text).text == document.text)
  }

  @Test func aMarkInsideALineIsNone() {
    #expect(Document(text: "x = 1 #%% no\n #%% nor this\n").sections.count == 1)
  }
}
