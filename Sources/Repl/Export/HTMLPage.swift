// A report as one page that needs nothing else: no scripts, no fonts, no pictures from elsewhere. A policy in its head holds the
// browser to that, whatever prose and outputs say.

import Lang

struct HTMLPage {
  let text: String

  /// - Parameter folder: where pictures that the prose shows are looked for.
  init(_ report: Report, folder: String) throws {
    var anchors = Anchors()
    var contents: [Prose.Heading] = []
    var body = ""
    var heading = "<h1>\(HTMLText.escaped(report.title))</h1>\n"
    // Names of cells are taken first: no heading may have them.
    for cell in report.cells { if let number = cell.number { _ = anchors.name(for: "in \(number)") } }
    for (index, part) in report.parts.enumerated() {
      switch part {
      case .prose(let text):
        let prose = Prose(text, anchors: &anchors) { LocalPicture.address(of: $0, in: folder) }
        contents += prose.headings
        // What a report begins with is its title.
        if index == 0, !prose.title.isEmpty { heading = prose.title }
        body += "<section class=\"prose\">\n\(index == 0 ? "" : prose.title)\(prose.html)</section>\n"
      case .cell(let cell):
        if let title = cell.title, !title.isEmpty { contents.append(Prose.Heading(level: 3, text: title, anchor: anchors.name(for: title))) }
        body += try Self.cell(cell, anchor: contents.last?.anchor)
      }
    }
    let title = heading.hasPrefix("<h1>") ? report.title : contents.first?.text ?? report.title
    text = """
      <!doctype html>
      <html>
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
      <title>\(HTMLText.escaped(title))</title>
      <style>
      \(PageStyle.css)</style>
      </head>
      <body>
      <header>
      \(heading)<p>\(report.settings.map(HTMLText.escaped).joined(separator: " &middot; "))</p>
      \(Self.warning(report))</header>
      \(Self.navigation(contents))<main>
      \(body)</main>
      </body>
      </html>

      """
  }

  private static func navigation(_ contents: [Prose.Heading]) -> String {
    // The title of the whole needs no entry.
    let first = contents.first?.level == 1 && contents.count { $0.level == 1 } == 1 ? 1 : 0
    let entries = contents.dropFirst(first).filter { $0.level <= 3 }
    guard entries.count > 1 else { return "" }
    let least = entries.map(\.level).min() ?? 1
    let rows = entries.map { "<li class=\"level\($0.level - least)\"><a href=\"#\(HTMLText.escaped($0.anchor))\">\(HTMLText.escaped($0.text))</a></li>\n" }
    return "<nav aria-label=\"Contents\">\n<ul>\n\(rows.joined())</ul>\n</nav>\n"
  }

  /// What a reader must know before he trusts the end.
  private static func warning(_ report: Report) -> String {
    guard let cell = report.cells.first(where: { $0.ending == .failed || $0.ending == .interrupted }), let number = cell.number else { return "" }
    let what = cell.ending == .failed ? "failed" : "was interrupted"
    return "<p class=\"stopped\"><a href=\"#in-\(number)\">in [\(number)]</a> \(what)</p>\n"
  }

  // MARK: cells

  private static func cell(_ cell: ReportCell, anchor: String?) throws -> String {
    var html = cell.number.map { "<section class=\"cell\" id=\"in-\($0)\">\n" } ?? "<section class=\"cell\">\n"
    if let title = cell.title, !title.isEmpty, let anchor {
      html += "<h3 id=\"\(HTMLText.escaped(anchor))\">\(HTMLText.escaped(title))</h3>\n"
    }
    let label = cell.number.map { "in&nbsp;[\($0)]" } ?? ""
    html += row(label, "in", "<pre class=\"code\"><code>\(HTMLText.code(cell.text))</code></pre>")
    for output in cell.outputs { html += try shown(output) }
    if let note = cell.note { html += row("", "", "<p class=\"note\">\(HTMLText.escaped(note))</p>") }
    return html + "</section>\n"
  }

  private static func row(_ label: String, _ kind: String, _ content: String) -> String {
    "<div class=\"row\"><span class=\"label \(kind)\">\(label)</span>\(content)</div>\n"
  }

  private static func shown(_ output: Output) throws -> String {
    switch output {
    case .text(let text):
      // A line of its own below the last one would be an empty line in the page.
      row("", "", "<pre>\(HTMLText.printed(text.hasSuffix("\n") ? String(text.dropLast()) : text))</pre>")
    case .value(let text, let cell): row(cell.map { "out&nbsp;[\($0)]" } ?? "", "out", "<pre>\(HTMLText.printed(text))</pre>")
    case .error(let error):
      row("", "", "<pre class=\"\(error.severity.rawValue)\">\(HTMLText.printed(error.rendered(coloured: true)))</pre>")
    case .picture, .plot, .animation: row("", "", try Figure.of(output, inPage: true).map(figure) ?? "")
    }
  }

  private static func figure(_ figure: Figure) -> String {
    let caption = HTMLText.escaped(figure.caption)
    let size = "width=\"\(figure.width)\" height=\"\(figure.height)\""
    let style = figure.isPixelated ? " class=\"pixels\"" : ""
    let image = "<img src=\"\(figure.image.address)\" \(size)\(style) alt=\"\(caption)\">"
    let dark = figure.dark.map { "<source media=\"(prefers-color-scheme: dark)\" srcset=\"\($0.address)\">" }
    return "<figure>\(dark.map { "<picture>\($0)\(image)</picture>" } ?? image)<figcaption>\(caption)</figcaption></figure>"
  }
}
