// `:freeze` and `-r`: a whole session in one file, taken up again where it stopped. The file is safetensors: tensors as
// they are (mapped when read, so that taking up costs no copies), everything else as JSON in its metadata.

import FoundationEssentials
import Formats
import Lang
import OrderedCollections
import Tensor

/// A session in writing.
struct FrozenSession: Codable {
  /// A cell that ran, without what it showed.
  struct FrozenCell: Codable {
    let number: Int
    let title: String
    let text: String
    let isDone: Bool
    let seconds: Double
    let sources: [String: Int]
    let isSuperseded: Bool
  }

  private static let kind = "imf-repl session 1"
  private static let entry = "session"

  let version: String
  let names: [FrozenValue.Field]
  let cells: [FrozenCell]
  let binders: [String: Int]
  let number: Int
  let random: FrozenValue

  /// Writes the session, whole or not at all.
  /// - Returns: the names that could not be frozen, each with why.
  static func write(_ notebook: Notebook, to path: String) throws -> [(name: String, why: String)] {
    let interpreter = notebook.interpreter
    var freezer = Freezer(interpreter)
    var left: [(name: String, why: String)] = []
    var names: [FrozenValue.Field] = []
    for name in interpreter.names + notebook.resultNames {
      guard let value = interpreter[name], !value.isForgotten else { continue }
      var trial = freezer
      do {
        names.append(.init(name: name, value: try trial.freeze(value)))
        freezer = trial
      } catch let failure as FreezingFailure {
        left.append((name, failure.description))
      }
    }
    let cells = notebook.cells.map {
      FrozenCell(
        number: $0.number, title: $0.title, text: $0.text, isDone: $0.isDone, seconds: $0.seconds, sources: $0.sources,
        isSuperseded: $0.isSuperseded)
    }
    let key = interpreter.session.random.key
    let session = FrozenSession(
      version: ProgramOptions.version, names: names, cells: cells, binders: notebook.binders, number: notebook.number,
      random: .key(high: key.high, low: key.low))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json = String(decoding: try encoder.encode(session), as: UTF8.self)
    try SafeTensors(tensors: freezer.tensors, metadata: ["kind": kind, entry: json]).write(to: path)
    return left
  }

  /// Takes a session up: its names, cells and random numbers become the notebook's.
  static func read(_ path: String, into notebook: Notebook) throws {
    let file = try SafeTensors(contentsOf: path)
    guard file.metadata["kind"] == kind, let json = file.metadata[entry] else {
      throw Diagnostic(.format, "\(path): this is no frozen session", hint: "`:freeze \(path)` writes one; `load` reads any safetensors")
    }
    let interpreter = notebook.interpreter
    do {
      let session = try JSONDecoder().decode(FrozenSession.self, from: Data(json.utf8))
      let thawer = Thawer(tensors: file.tensors, interpreter: interpreter)
      guard case .key(let random) = try thawer.thaw(session.random) else { throw FreezingFailure("the random key is missing") }
      try thawer.thaw(session.names)
      interpreter.session.random = RandomStream(random)
      let cells = session.cells.map { frozen in
        var cell = Cell(
          number: frozen.number, title: frozen.title, text: frozen.text, names: CellNames(Source(name: "", text: frozen.text)))
        if !frozen.isDone { cell.status = .failed(Diagnostic(.value, "it failed before the session was frozen")) }
        cell.seconds = frozen.seconds
        cell.sources = frozen.sources
        cell.isSuperseded = frozen.isSuperseded
        cell.value = interpreter["_\(frozen.number)"] ?? .none
        return cell
      }
      notebook.resume(cells: cells, binders: session.binders, number: session.number)
    } catch let error as FormatError {
      throw error
    } catch let error as Diagnostic {
      throw error
    } catch {
      throw Diagnostic(.format, "\(path): the frozen session is damaged: \(error)")
    }
  }
}

extension Notebook {
  /// `_1`, `_2` and so on, as far as they are there.
  var resultNames: [String] { cells.map { "_\($0.number)" }.filter { interpreter[$0] != nil } + (interpreter["_"] == nil ? [] : ["_"]) }
}
