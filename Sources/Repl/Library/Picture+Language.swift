// Pictures, plots and animations as values of the language.

import Lang
import Tensor

extension Picture: LanguageObject {
  var typeName: String { "image" }
  var summary: String { captionLine }
  var fieldNames: [String] { ["width", "height", "pixels"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "width": .number(Double(width))
    case "height": .number(Double(height))
    case "pixels": .tensor(try tensor())
    default: nil
    }
  }

  func isEqual(to other: any LanguageObject) -> Bool { (other as? Picture)?.pixels == pixels }
}

extension Plot: LanguageObject {
  var typeName: String { "plot" }
  var summary: String { captionLine }
  func isEqual(to other: any LanguageObject) -> Bool { (other as? Plot) == self }
}

extension Animation: LanguageObject {
  var typeName: String { "animation" }
  var summary: String { captionLine }
  var fieldNames: [String] { ["frames", "fps"] }
  var count: Int? { frames.count }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "frames": .list(frames.map { .object($0) })
    case "fps": .number(framesPerSecond)
    default: nil
    }
  }

  func isEqual(to other: any LanguageObject) -> Bool { (other as? Animation) == self }
}
