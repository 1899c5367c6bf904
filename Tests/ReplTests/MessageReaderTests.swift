// The frames of the language server protocol, whole, in pieces and broken.

import Testing

@testable import Repl

@Suite struct MessageReaderTests {
  private func frames(_ text: String, pieces: Int = .max) -> [String] {
    var reader = MessageReader()
    var bytes = Array(text.utf8)[...]
    var found: [MessageReader.Frame] = []
    while !bytes.isEmpty {
      found += reader.read(Array(bytes.prefix(pieces)))
      bytes = bytes.dropFirst(pieces)
    }
    return found.map { frame in
      switch frame {
      case .message(let body): String(decoding: body, as: UTF8.self)
      case .malformed: "malformed"
      }
    }
  }

  @Test(arguments: [
    ("Content-Length: 2\r\n\r\n{}", ["{}"]), ("Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n{ }", ["{}", "{ }"]),
    ("Content-Type: x; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}", ["{}"]), ("content-length:2\n\n{}", ["{}"]),
    ("Content-Length: 0\r\n\r\nContent-Length: 3\r\n\r\n\"é", ["", "\"é"]), ("Content-Length: 9\r\n\r\n{}", []), ("", []),
    // What is no frame is passed over up to the next one.
    ("garbage\r\n\r\nContent-Length: 2\r\n\r\n{}", ["malformed", "{}"]), ("{\"id\":1}Content-Length: 2\r\n\r\n{}", ["{}"]),
    ("Content-Length: two\r\n\r\nContent-Length: 2\r\n\r\n{}", ["malformed", "{}"]), ("Content-Length: -2\r\n\r\n", ["malformed"]),
    ("Content-Length: 99999999999999999999\r\n\r\n", ["malformed"]), ("Content-Length: ٣\r\n\r\n", ["malformed"]),
    ("Content-Length: 68157440\r\n\r\n", ["malformed"]), ("\r\n\r\n\r\n", []), ("Content-Length:\r\n\r\n", ["malformed"]),
  ])
  func messages(text: String, expected: [String]) {
    #expect(frames(text) == expected)
    #expect(frames(text, pieces: 1) == expected)
    #expect(frames(text, pieces: 3) == expected)
  }

  @Test func endlessHeadersTakeNoMemory() {
    let found = frames(String(repeating: "x", count: 100_000) + "Content-Length: 2\r\n\r\n{}", pieces: 1000)
    #expect(found.last == "{}" && found.dropLast().allSatisfy { $0 == "malformed" } && found.count < 100)
  }

  @Test func aLargeMessageComesInPieces() {
    let body = String(repeating: "é", count: 400_000)
    #expect(frames("Content-Length: \(body.utf8.count)\r\n\r\n\(body)", pieces: 65536) == [body])
  }
}
