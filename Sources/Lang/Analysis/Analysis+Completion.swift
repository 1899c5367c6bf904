// What may stand at a cursor: fields behind a dot, file names inside a string, names of arguments, and every name seen there.

import Foundation

/// What fits at a cursor.
public struct Completions {
  /// What the cursor's word may become.
  public struct Candidate {
    public enum Kind: Sendable {
      case definition(Definition.Kind), builtin, constant, keyword, argument, attribute, value, file, folder
      /// A field of a record that is being written.
      case field
      /// One of the words that an argument may be.
      case option
    }

    public let name: String
    public let kind: Kind
    /// A signature, a default.
    public let detail: String
    /// One line or more.
    public let documentation: String
    /// What is put in.
    public var insertion: String {
      switch kind {
      case .argument: name + " = "
      case .field: name + ": "
      default: name
      }
    }

    init(_ name: String, _ kind: Kind, detail: String = "", documentation: String = "") {
      self.name = name
      self.kind = kind
      self.detail = detail
      self.documentation = documentation
    }
  }

  /// The beginning that is there already, in UTF-8 offsets; may be empty.
  public let word: Range<Int>
  /// In any order, whatever the word.
  public let candidates: [Candidate]
  /// Whether candidates are worth showing before a first letter.
  public let offersAll: Bool
}

extension Analysis {
  /// - Parameter folder: where the paths of strings begin; those of `import` begin beside the text.
  public func completions(at offset: Int, folder: String = "") -> Completions {
    let context = CursorContext(source, at: offset)
    if context.isComment { return Completions(word: offset..<offset, candidates: [], offersAll: false) }
    if let contents = context.openString { return options(contents, context) ?? paths(contents, context, folder) }
    switch context.receiver {
    case .unknown: return Completions(word: context.word, candidates: [], offersAll: true)
    case .path(let path): return Completions(word: context.word, candidates: fields(path, at: offset), offersAll: true)
    case nil:
      return Completions(
        word: context.word, candidates: arguments(context, at: offset) + names(at: context.word.lowerBound), offersAll: false)
    }
  }

  /// Values that are there know more than the text does.
  private func fields(_ path: [String], at offset: Int) -> [Completions.Candidate] {
    if let value = interpreter.value(at: path.joined(separator: ".")) {
      return Interpreter.fieldNames(of: value).map { Completions.Candidate($0, .attribute) }
    }
    return fields(of: path, at: offset)?.map { candidate($0.name, $0.meaning) } ?? []
  }

  private func arguments(_ context: CursorContext, at offset: Int) -> [Completions.Candidate] {
    if let call = context.recordCall {
      // A record's fields are settings where the call takes such.
      let row = context.recordField == nil ? builtin(of: call, at: offset) : nil
      return row.map { settings(of: $0).map { Completions.Candidate($0, .field, detail: "setting of \(row?.name ?? "")") } } ?? []
    }
    guard let call = context.call, call.name == nil, let function = function(of: call, at: offset) else { return [] }
    let parameters = function.signature.parameters.dropFirst(function.shift).map { parameter in
      Completions.Candidate(
        parameter.name, .argument, detail: parameter.initial.map { "= " + $0 } ?? "",
        documentation: "argument of \(function.signature.text)")
    }
    guard function.signature.settings != nil, let row = builtin(of: call, at: offset) else { return parameters }
    return parameters + settings(of: row).map { Completions.Candidate($0, .argument, documentation: "setting of \(row.name)") }
  }

  /// Options that are no parameters.
  private func settings(of row: Builtin) -> [String] { row.options.keys.filter { !row.signature.names.contains($0) } }

  private func builtin(of call: CursorContext.OpenCall, at offset: Int) -> Builtin? {
    if case .builtin(let row)? = callee(call.callee, at: offset) { row } else { nil }
  }

  /// The legal words where a string is an argument or a setting that takes one of a few; nil where it is not.
  private func options(_ contents: Range<Int>, _ context: CursorContext) -> Completions? {
    guard let call = context.recordCall ?? context.call, let row = builtin(of: call, at: contents.lowerBound) else { return nil }
    let index = call.index + (call.isPiped || isMethod(call, at: contents.lowerBound) ? 1 : 0)
    let position = index < row.signature.positionalCount ? row.signature.names[index] : nil
    let name = context.recordCall != nil ? context.recordField : call.name ?? position
    guard let words = name.flatMap({ row.options[$0] }), !words.isEmpty else { return nil }
    let initial = row.signature.parameters.first { $0.name == name }?.initial
    let candidates = words.map { Completions.Candidate($0, .option, detail: initial == "\"\($0)\"" ? "unless told" : "") }
    return Completions(word: contents, candidates: candidates, offersAll: true)
  }

  private func names(at offset: Int) -> [Completions.Candidate] {
    let bound = outline.visible(at: offset)
    let names = Set(bound.map(\.name))
    return bound.map { candidate($0.name, .definition($0)) }
      + interpreter.names.filter { !names.contains($0) }.map { Completions.Candidate($0, .value) }
      + interpreter.builtins.filter { !names.contains($0.name) }.map { candidate($0.name, .builtin($0)) }
      + Interpreter.constants.filter { !names.contains($0.key) }.map { candidate($0.key, .constant($0.key, $0.value)) }
      + Interpreter.keywords.map { Completions.Candidate($0, .keyword) }
  }

  private func candidate(_ name: String, _ meaning: Meaning) -> Completions.Candidate {
    let text = meaning.documentation
    return switch meaning {
    case .definition(let found): Completions.Candidate(name, .definition(found.kind), detail: found.headline, documentation: text)
    case .builtin(let row): Completions.Candidate(name, .builtin, detail: row.signature.text, documentation: row.summary)
    case .constant(_, let value): Completions.Candidate(name, .constant, detail: value.quoted)
    case .attribute, .file: Completions.Candidate(name, .attribute, documentation: text)
    }
  }

  // MARK: files

  /// Names in the folder that a string's contents begin with; none where the called builtin takes something else there.
  private func paths(_ contents: Range<Int>, _ context: CursorContext, _ folder: String) -> Completions {
    let text = source.excerpt(contents)
    let typed = text.lastIndex(of: "/").map { text[text.index(after: $0)...] } ?? text[...]
    let word = contents.upperBound - typed.utf8.count..<contents.upperBound
    let isImport = context.tokens.last?.kind == .keyword(.import)
    guard isImport || takesPath(context, at: contents.lowerBound) else {
      return Completions(word: word, candidates: [], offersAll: true)
    }
    let own = source.path.map { ($0 as NSString).deletingLastPathComponent } ?? interpreter.session.folder
    let base = isImport ? own ?? folder : folder
    let start = String(text.dropLast(typed.count))
    let path = start.hasPrefix("/") || base.isEmpty ? start : base + "/" + start
    return Completions(word: word, candidates: Self.files(in: path.isEmpty ? "." : path), offersAll: true)
  }

  private func takesPath(_ context: CursorContext, at offset: Int) -> Bool {
    guard let call = context.call, let row = interpreter.builtin(call.callee.last ?? "") else { return true }
    let index = call.index + (call.isPiped ? 1 : 0)
    let name = call.name ?? (index < row.signature.names.count ? row.signature.names[index] : nil)
    return name == "path"
  }

  /// Hidden files are left out; folders end with a slash.
  private static func files(in folder: String) -> [Completions.Candidate] {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return found.filter { !$0.hasPrefix(".") }.map { name in
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
      return exists && isFolder.boolValue ? Completions.Candidate(name + "/", .folder) : Completions.Candidate(name, .file)
    }
  }
}
