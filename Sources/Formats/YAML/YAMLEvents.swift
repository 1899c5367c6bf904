// A YAML text as a row of events, by libyaml: the one file that calls it.

import CYAML

/// Where something stands, both counted from 1.
struct YAMLPlace {
  let line: Int
  let column: Int

  func failure(_ what: String, hint: String? = nil) -> Malformed { Malformed("line \(line), column \(column): \(what)", hint: hint) }
}

struct YAMLEvent {
  enum Kind {
    /// `isPlain`: written without quotes, so that it may mean something other than its text.
    case scalar(String, isPlain: Bool)
    case alias(String)
    case sequence, mapping
    /// Of the sequence or mapping.
    case end
    case document
    /// Of the file.
    case finish
  }

  let kind: Kind
  var anchor: String?
  var tag: String?
  let place: YAMLPlace
}

/// Reads memory that has to stay where it is for as long as this lives.
final class YAMLEvents {
  private let bytes: UnsafeRawBufferPointer
  /// libyaml keeps the address.
  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)

  init(_ bytes: UnsafeRawBufferPointer) throws {
    self.bytes = bytes
    guard yaml_parser_initialize(parser) != 0 else {
      parser.deallocate()
      throw Malformed("there is no memory to read it")
    }
    yaml_parser_set_input_string(parser, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  func next() throws -> YAMLEvent {
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) != 0 else { throw failure }
      defer { yaml_event_delete(&event) }
      if let known = Self.event(event) { return known }
    }
  }

  /// nil for what says nothing of the contents.
  private static func event(_ event: yaml_event_t) -> YAMLEvent? {
    let place = place(event.start_mark)
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let kind = YAMLEvent.Kind.scalar(text, isPlain: scalar.plain_implicit != 0)
      return YAMLEvent(kind: kind, anchor: name(scalar.anchor), tag: name(scalar.tag), place: place)
    case YAML_ALIAS_EVENT: return YAMLEvent(kind: .alias(name(event.data.alias.anchor) ?? ""), place: place)
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      return YAMLEvent(kind: .sequence, anchor: name(start.anchor), tag: name(start.tag), place: place)
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      return YAMLEvent(kind: .mapping, anchor: name(start.anchor), tag: name(start.tag), place: place)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .end, place: place)
    case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .document, place: place)
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return YAMLEvent(kind: .finish, place: place)
    default: return nil
    }
  }

  private static func name(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? { text.map { String(cString: $0) } }

  private static func place(_ mark: yaml_mark_t) -> YAMLPlace { YAMLPlace(line: mark.line + 1, column: mark.column + 1) }

  /// What libyaml says is wrong, and where.
  private var failure: Malformed {
    func text(_ words: UnsafePointer<CChar>?) -> String? { words.map { String(cString: $0) } }
    let problem = text(parser.pointee.problem) ?? "the text cannot be read"
    switch parser.pointee.error {
    case YAML_MEMORY_ERROR: return Malformed("there is no memory to read it")
    case YAML_READER_ERROR:
      // Of bytes that are no text only the offset is known.
      let before = bytes.prefix(parser.pointee.problem_offset)
      let column = before.count - (before.lastIndex(of: 0x0A) ?? -1)
      return YAMLPlace(line: before.count { $0 == 0x0A } + 1, column: column).failure(problem, hint: "YAML is text in UTF-8")
    default:
      let place = Self.place(parser.pointee.problem_mark)
      if startsWithTab(place) { return place.failure("a tab stands where blanks are expected", hint: "YAML is indented by blanks alone") }
      let context = text(parser.pointee.context).map { ", \($0) that begins in line \(parser.pointee.context_mark.line + 1)" }
      return place.failure(problem + (context ?? ""))
    }
  }

  /// Whether a line's first characters up to this place are blanks, and a tab comes.
  private func startsWithTab(_ place: YAMLPlace) -> Bool {
    let lines = bytes.split(separator: 0x0A, maxSplits: place.line, omittingEmptySubsequences: false)
    guard place.line <= lines.count else { return false }
    let rest = lines[place.line - 1].prefix(place.column)
    return rest.count == place.column && rest.last == 0x09 && rest.allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }
}
