// What a terminal of kitty's or iTerm2's protocol makes of the bytes it gets, for the tests: written from the
// protocols' descriptions. Strict where a terminal may be lenient.

import Foundation
import Formats

@testable import Repl

/// Control strings and the text around them.
struct GraphicsMessages {
  /// Strings between `ESC _`, `ESC ]` or `ESC P` and their end, without both.
  var strings: [String] = []
  /// Everything else.
  var text = ""

  init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    var plain: [UInt8] = []
    while let byte = rest.first {
      guard byte == 0x1B, let kind = rest.dropFirst().first, "_]P".utf8.contains(kind) else {
        plain.append(byte)
        rest = rest.dropFirst()
        continue
      }
      var body: [UInt8] = []
      rest = rest.dropFirst(2)
      while let next = rest.first {
        rest = rest.dropFirst()
        if next == 7, kind == UInt8(ascii: "]") { break }
        if next == 0x1B {
          let following = rest.first
          rest = rest.dropFirst()
          if following == UInt8(ascii: "\\") { break }
          // tmux: a doubled ESC stands for one.
          guard kind == UInt8(ascii: "P"), following == 0x1B else { continue }
        }
        body.append(next)
      }
      strings.append(String(decoding: [kind] + body, as: UTF8.self))
    }
    text = String(decoding: plain, as: UTF8.self)
  }

  /// What tmux hands on: the contents of its passthrough strings.
  var passedThrough: GraphicsMessages {
    GraphicsMessages(strings.filter { $0.hasPrefix("Ptmux;") }.flatMap { Array($0.dropFirst(6).utf8) })
  }

  /// Kitty's messages: keys and base64 of each; nil where one breaks the rules.
  var kitty: [(keys: [String: String], data: String)]? {
    var messages: [(keys: [String: String], data: String)] = []
    for string in strings {
      guard string.hasPrefix("_G"), let semicolon = string.firstIndex(of: ";") else { return nil }
      var keys: [String: String] = [:]
      for pair in string[..<semicolon].dropFirst(2).split(separator: ",") {
        let parts = pair.split(separator: "=")
        guard parts.count == 2 else { return nil }
        keys[String(parts[0])] = String(parts[1])
      }
      messages.append((keys, String(string[semicolon...].dropFirst())))
    }
    return messages
  }

  /// The picture that kitty puts together of all its messages.
  func kittyPicture() throws -> Picture? { try kitty.flatMap { try Self.picture(base64: $0.map(\.data).joined()) } }

  /// iTerm2's arguments and picture.
  func iterm() throws -> (arguments: [String: String], picture: Picture, byteCount: Int)? {
    guard let string = strings.first, strings.count == 1, string.hasPrefix("]1337;File="),
      let colon = string.firstIndex(of: ":")
    else { return nil }
    let pairs = string[..<colon].dropFirst(11).split(separator: ";").map { $0.split(separator: "=").map(String.init) }
    let base64 = String(string[colon...].dropFirst())
    guard let data = Data(base64Encoded: base64), let picture = try Self.picture(base64: base64) else { return nil }
    return (Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) }), picture, data.count)
  }

  /// A PNG in base64, read by the program's own reader of files.
  private static func picture(base64: String) throws -> Picture? {
    guard let data = Data(base64Encoded: base64) else { return nil }
    let path = NSTemporaryDirectory() + UUID().uuidString + ".png"
    try data.write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    guard case .image(let raster) = try Formats::load(path) else { return nil }
    return try Picture(width: raster.width, height: raster.height, channels: raster.channels, bytes: raster.bytes)
  }
}
