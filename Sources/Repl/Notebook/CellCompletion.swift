// What may stand at the cursor of an unfinished cell: fields behind a dot, file names inside a string, names of arguments
// and everything known elsewhere. Looks at the text alone and at values that are there; runs no code.

import Foundation
import Lang

struct CellCompletion {
  /// The beginning that the names must share; may be empty behind a dot or in a string.
  let word: String
  /// In any order.
  let names: [String]
  /// Whether names are offered before a first letter.
  let offersAll: Bool

  /// - Parameter text: the cell up to the cursor.
  init(of text: String, in interpreter: Interpreter, commands: [String]) {
    let place = Place(text)
    if let path = place.openString {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false)
      word = String(parts.last ?? "")
      names = Self.files(in: parts.dropLast().joined(separator: "/"), isRooted: path.hasPrefix("/"))
      offersAll = true
      return
    }
    let name = place.isComment ? "" : String(text.suffix(while: Self.isPath))
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if parts.count > 1, parts[0].first?.isNumber != true {
      word = parts[parts.count - 1]
      names = interpreter.value(at: parts.dropLast().joined(separator: ".")).map { Interpreter.fieldNames(of: $0) } ?? []
      offersAll = true
      return
    }
    let isCommand = text.hasPrefix(":") && !text.contains(" ")
    word = isCommand ? text : name
    let arguments = place.openCall.flatMap { interpreter.signature(of: $0) }?.names.map { $0 + " = " } ?? []
    let known = interpreter.names + interpreter.builtins.map(\.name) + Interpreter.keywords + Array(Interpreter.constants.keys)
    names = place.isComment ? [] : isCommand ? commands : arguments + known
    offersAll = false
  }

  private static func isPath(_ character: Character) -> Bool {
    character == "." || character.unicodeScalars.allSatisfy(CellText.isWord)
  }

  /// Names in a folder, folders with a slash; hidden ones are left out.
  private static func files(in folder: String, isRooted: Bool) -> [String] {
    let path = folder.isEmpty ? (isRooted ? "/" : ".") : folder
    let found = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return found.filter { !$0.hasPrefix(".") }.map { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder) && isFolder.boolValue ? name + "/" : name
    }
  }
}

/// Where the end of a text stands.
private struct Place {
  /// What a string that is still open holds so far.
  private(set) var openString: String?
  private(set) var isComment = false
  /// The function whose call is still open, as a path of names; nil inside other brackets.
  private(set) var openCall: String?

  init(_ text: String) {
    let text = Array(text)
    var brackets: [(kind: Character, at: Int)] = []
    var quote: (mark: [Character], at: Int)?
    var index = 0
    while index < text.count {
      let character = text[index]
      if let open = quote {
        if character == "\\" {
          index += 1
        } else if text[index...].starts(with: open.mark) {
          index += open.mark.count - 1
          quote = nil
        }
      } else if isComment {
        isComment = character != "\n"
      } else if character == "\"" {
        let mark: [Character] = text[index...].starts(with: "\"\"\"") ? ["\"", "\"", "\""] : ["\""]
        index += mark.count - 1
        quote = (mark, index + 1)
      } else if character == "#" {
        isComment = true
      } else if "([{".contains(character) {
        brackets.append((character, index))
      } else if ")]}".contains(character), !brackets.isEmpty {
        brackets.removeLast()
      }
      index += 1
    }
    if let quote { openString = String(text[min(quote.at, text.count)...]) }
    if let bracket = brackets.last, bracket.kind == "(" {
      let name = String(String(text[..<bracket.at]).suffix(while: { $0 == "." || $0.unicodeScalars.allSatisfy(CellText.isWord) }))
      openCall = name.isEmpty ? nil : name
    }
  }
}

extension String {
  /// The longest end of characters that pass a test.
  fileprivate func suffix(while test: (Character) -> Bool) -> Substring {
    var start = endIndex
    while start > startIndex, test(self[index(before: start)]) { start = index(before: start) }
    return self[start...]
  }
}
