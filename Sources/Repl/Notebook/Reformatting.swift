// `--format`: scripts in the one layout, on the output or, with `--in-place`, in their files.

import Foundation
import Lang

struct Reformatting {
  let isInPlace: Bool
  let report: (Diagnostic) -> Void

  /// All scripts, in order. Of one with syntax errors these are reported, and neither output nor file get any of it.
  func run(_ scripts: [Script]) throws -> ExitStatus {
    if scripts.isEmpty { throw UsageError("--format needs a script") }
    if isInPlace, let script = scripts.first(where: { $0.source.path == nil || $0.isConverted }) {
      throw UsageError("--in-place writes scripts; \(script.source.name) is none")
    }
    var status = ExitStatus.done
    for script in scripts {
      if try !format(script.source) { status = .check }
    }
    return status
  }

  private func format(_ source: Source) throws -> Bool {
    do {
      let text = try ScriptLayout.formatted(source)
      guard isInPlace, let path = source.path else {
        Console.output.write(text)
        return true
      }
      if text != source.text { try write(text, to: path) }
      return true
    } catch let error as Diagnostic where error.kind == .syntax {
      let all = Interpreter { _ in }.check(source).filter { $0.kind == .syntax }
      (all.isEmpty ? [error] : all).forEach(report)
      return false
    }
  }

  /// Whole or not at all; permissions stay, and a link stays one.
  private func write(_ text: String, to path: String) throws {
    let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    do {
      let permissions = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
      try Data(text.utf8).write(to: file, options: .atomic)
      if let permissions { try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file.path) }
    } catch {
      throw Diagnostic(.io, "\(path) cannot be written", hint: "may you write there?")
    }
  }
}
