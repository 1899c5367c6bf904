// A cell in the user's own editor: written to a file, and read again when the editor is done.

import Foundation

enum ExternalEditor {
  enum Outcome: Equatable {
    case text(String)
    /// Why the cell stays as it was.
    case failure(String)
  }

  /// What the user edits with: $VISUAL, $EDITOR, else what the system has.
  static var command: String {
    Terminal.environment("VISUAL") ?? Terminal.environment("EDITOR") ?? "$(command -v editor || command -v nano || echo vi)"
  }

  /// Runs the editor on a text. The terminal must be as the user had it.
  static func edit(_ text: String, command: String = command) -> Outcome {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("imf-cell-\(UUID().uuidString)")
    let file = folder.appendingPathComponent("cell.imf")
    do {
      // The folder, and with it all that the editor puts beside the file, is the user's alone.
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      try Data((text + "\n").utf8).write(to: file)
    } catch {
      return .failure("\(folder.path) could not be made: the cell is as it was")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    let quoted = "'" + file.path.replacing("'", with: "'\\''") + "'"
    switch Terminal.run("\(command) \(quoted)") {
    case 0?: break
    case 126?, 127?: return .failure("the editor `\(command)` cannot be started; set EDITOR to another")
    case let status?: return .failure("the editor ended with status \(status): the cell is as it was")
    case nil: return .failure("the editor was killed: the cell is as it was")
    }
    guard let data = try? Data(contentsOf: file) else { return .failure("the editor took the file away: the cell is as it was") }
    guard let edited = String(validating: data, as: UTF8.self) else { return .failure("the editor left no UTF-8 text: the cell is as it was") }
    return .text(PastedText.plain(edited))
  }
}
