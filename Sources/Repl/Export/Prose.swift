// Prose cells as HTML, by cmark-gfm: the one file that holds its pointers. What prose cannot do to a page: bring in HTML (it is
// shown as text) or load anything from elsewhere (pictures of the net become links, those of the disk become part of the page).

import CMarkdown
import Lang

/// A text in Markdown, rendered.
struct Prose {
  struct Heading: Equatable {
    let level: Int
    let text: String
    let anchor: String
  }

  /// A heading of the first level that the text begins with, by itself.
  private(set) var title = ""
  /// All else.
  private(set) var html = ""
  /// Outermost headings, in order.
  private(set) var headings: [Heading] = []

  private static let options = CMARK_OPT_VALIDATE_UTF8
  /// Registered once for the process. The C function is cmark_gfm_core_extensions_ensure_registered.
  private static let registered: Void = cmark_gfm_core_extensions_ensure_registered()

  /// - Parameters:
  ///   - anchors: gives each heading a name that the page has only once.
  ///   - picture: the `data:` address of a picture file's contents, nil where it cannot be read or is no picture.
  init(_ text: String, anchors: inout Anchors, picture: (_ path: String) -> String?) {
    _ = Self.registered
    guard let parser = cmark_parser_new(Self.options) else { return }
    defer { cmark_parser_free(parser) }
    for name in ["table", "strikethrough", "autolink"] {
      if let extensions = cmark_find_syntax_extension(name) { cmark_parser_attach_syntax_extension(parser, extensions) }
    }
    // cmark lets control characters through.
    let text = ShownText.visible(text)
    cmark_parser_feed(parser, text, text.utf8.count)
    guard let document = cmark_parser_finish(parser) else { return }
    defer { cmark_node_free(document) }
    Self.disarm(document, picture)
    let extensions = cmark_parser_get_syntax_extensions(parser)
    var block = cmark_node_first_child(document)
    while let node = block {
      let html = rendered(node, extensions, &anchors)
      if node == cmark_node_first_child(document), headings.first?.level == 1 { title = html } else { self.html += html }
      block = cmark_node_next(node)
    }
  }

  private mutating func rendered(_ node: Node, _ extensions: UnsafeMutablePointer<cmark_llist>?, _ anchors: inout Anchors) -> String {
    let type = cmark_node_get_type(node)
    if type == CMARK_NODE_CODE_BLOCK, Self.string(cmark_node_get_fence_info(node)).split(separator: " ").first == "imf" {
      let code = Self.string(cmark_node_get_literal(node)).trimming(\.isNewline)
      return "<pre class=\"code\"><code>\(HTMLText.code(String(code)))</code></pre>\n"
    }
    guard let bytes = cmark_render_html(node, Self.options, extensions) else { return "" }
    defer { cmark_get_default_mem_allocator().pointee.free(bytes) }
    let html = String(cString: bytes)
    guard type == CMARK_NODE_HEADING else { return html }
    let heading = Heading(level: Int(cmark_node_get_heading_level(node)), text: Self.text(of: node), anchor: anchors.name(for: Self.text(of: node)))
    headings.append(heading)
    return html.replacing("<h\(heading.level)>", with: "<h\(heading.level) id=\"\(heading.anchor)\">", maxReplacements: 1)
  }

  private typealias Node = OpaquePointer

  /// Takes away what could bring foreign things into the page.
  private static func disarm(_ document: Node, _ picture: (String) -> String?) {
    for node in nodes(of: document, where: { $0 == CMARK_NODE_HTML_BLOCK || $0 == CMARK_NODE_HTML_INLINE || $0 == CMARK_NODE_IMAGE }) {
      switch cmark_node_get_type(node) {
      case CMARK_NODE_HTML_INLINE: replace(node, with: textNode(string(cmark_node_get_literal(node))))
      case CMARK_NODE_HTML_BLOCK:
        let paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH)
        cmark_node_append_child(paragraph, textNode(String(string(cmark_node_get_literal(node)).trimming(\.isNewline))))
        replace(node, with: paragraph)
      default:
        let path = string(cmark_node_get_url(node))
        if let data = picture(path) {
          cmark_node_set_url(node, data)
        } else {
          // A link loads nothing until somebody follows it.
          let link = cmark_node_new(CMARK_NODE_LINK)
          cmark_node_set_url(link, path)
          let words = text(of: node)
          cmark_node_append_child(link, textNode(words.isEmpty ? path : words))
          replace(node, with: link)
        }
      }
    }
  }

  private static func replace(_ node: Node, with other: Node?) {
    cmark_node_replace(node, other)
    cmark_node_free(node)
  }

  private static func textNode(_ text: String) -> Node? {
    let node = cmark_node_new(CMARK_NODE_TEXT)
    cmark_node_set_literal(node, text)
    return node
  }

  /// The nodes of some types, none inside another one.
  private static func nodes(of root: Node, where isWanted: (cmark_node_type) -> Bool) -> [Node] {
    guard let walk = cmark_iter_new(root) else { return [] }
    defer { cmark_iter_free(walk) }
    var found: [Node] = []
    var outermost: Node?
    while case let event = cmark_iter_next(walk), event != CMARK_EVENT_DONE {
      guard let node = cmark_iter_get_node(walk) else { continue }
      if event == CMARK_EVENT_EXIT {
        if node == outermost { outermost = nil }
      } else if outermost == nil, isWanted(cmark_node_get_type(node)) {
        found.append(node)
        // Images alone have something inside, and so an exit.
        if cmark_node_get_type(node) == CMARK_NODE_IMAGE { outermost = node }
      }
    }
    return found
  }

  /// The words of a node without their marks.
  private static func text(of node: Node) -> String {
    nodes(of: node) { $0 == CMARK_NODE_TEXT || $0 == CMARK_NODE_CODE || $0 == CMARK_NODE_SOFTBREAK }
      .map { cmark_node_get_type($0) == CMARK_NODE_SOFTBREAK ? " " : string(cmark_node_get_literal($0)) }.joined()
  }

  private static func string(_ bytes: UnsafePointer<CChar>?) -> String { bytes.map { String(cString: $0) } ?? "" }
}

/// Names of places in a page, each given once.
struct Anchors {
  private var given: Set<String> = []

  /// The letters and digits of a text, joined by dashes, and a number where that is taken.
  mutating func name(for text: String) -> String {
    let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "-")
    let stem = words.isEmpty ? "part" : String(words.prefix(60))
    var name = stem
    var count = 1
    while !given.insert(name).inserted {
      count += 1
      name = "\(stem)-\(count)"
    }
    return name
  }
}
