// Messages of Jupyter's protocol on the wire: names of the way back, a mark, a signature, then header, parent's header,
// metadata and content as JSON (jupyter-client.readthedocs.io, "Messaging in Jupyter", 5.3).

import Foundation

/// Why bytes are no message.
struct MalformedMessage: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A request as it came, its content not yet read.
struct KernelMessage: Sendable {
  struct Header: Codable, Sendable {
    let msgId: String
    let msgType: String
    let session: String
    var username = ""
    var date = ""
    var version = Self.version

    /// Of the protocol.
    static let version = "5.3"

    private enum CodingKeys: CodingKey { case msgId, msgType, session, username, date, version }

    init(msgId: String, msgType: String, session: String, username: String, date: String) {
      (self.msgId, self.msgType, self.session, self.username, self.date) = (msgId, msgType, session, username, date)
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      msgId = try fields.decode(String.self, forKey: .msgId)
      msgType = try fields.decode(String.self, forKey: .msgType)
      session = try fields.decodeIfPresent(String.self, forKey: .session) ?? ""
    }
  }

  /// Stands between the way back and the message.
  static let mark = Array("<IDS|MSG>".utf8)

  /// The way back to who sent it.
  let identities: [[UInt8]]
  let header: Header
  /// The header byte for byte: answers carry it as their parent's.
  let headerBytes: [UInt8]
  private let content: Data

  var type: String { header.msgType }

  /// `execute_reply` for `execute_request`.
  var replyType: String { String(type.dropLast("request".count)) + "reply" }

  /// - Throws: `MalformedMessage` for other numbers of parts, a signature of somebody else, and what is no JSON of the kind.
  init(_ parts: [[UInt8]], _ signature: MessageSignature) throws(MalformedMessage) {
    guard let mark = parts.firstIndex(of: Self.mark) else { throw MalformedMessage("it has no \(String(decoding: Self.mark, as: UTF8.self))") }
    // Buffers may follow; nobody sends a kernel without widgets any.
    let signed = parts[(mark + 1)...].dropFirst().prefix(4)
    guard signed.count == 4 else { throw MalformedMessage("it has \(parts.count) parts, too few") }
    guard signature.isRight(parts[mark + 1], of: signed) else { throw MalformedMessage("its signature is wrong") }
    identities = Array(parts[..<mark])
    headerBytes = parts[mark + 2]
    content = Data(parts[mark + 5])
    do {
      header = try Self.decoder.decode(Header.self, from: Data(headerBytes))
    } catch {
      throw MalformedMessage("its header is none")
    }
  }

  /// - Throws: `MalformedMessage` where the content is not as the protocol has it.
  func content<Content: Decodable>(_ type: Content.Type) throws(MalformedMessage) -> Content {
    do {
      return try Self.decoder.decode(Content.self, from: content)
    } catch DecodingError.keyNotFound(let key, _) {
      throw MalformedMessage("\(self.type) has no `\(key.stringValue)`")
    } catch {
      throw MalformedMessage("the content of \(self.type) is not as the protocol has it")
    }
  }

  private static let decoder = {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }()
}

/// A message on its way out.
struct KernelAnswer: Sendable {
  enum Channel: Sendable { case shell, control, publication }

  let channel: Channel
  /// The way to the client, or the topic of a publication.
  let address: [[UInt8]]
  let type: String
  /// The header of the request that it belongs to; "{}" for none.
  let parent: [UInt8]
  let content: any Encodable & Sendable

  /// The parts as they are sent.
  func parts(_ session: KernelSession) -> [[UInt8]] {
    let signed = [session.header(type), parent, Array("{}".utf8), Self.json(content)]
    return address + [KernelMessage.mark, session.signature.of(signed)] + signed
  }

  /// Nothing of ours fails to be written as JSON: texts, whole numbers and flags.
  fileprivate static func json(_ value: any Encodable) -> [UInt8] { (try? encoder.encode(value)).map(Array.init) ?? Array("{}".utf8) }

  private static let encoder = {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = .withoutEscapingSlashes
    return encoder
  }()
}

/// Who sends: what the headers of a kernel's messages have in common.
struct KernelSession: Sendable {
  let signature: MessageSignature
  private let name = UUID().uuidString
  private let user = Terminal.environment("USER") ?? "kernel"

  init(_ signature: MessageSignature) { self.signature = signature }

  fileprivate func header(_ type: String) -> [UInt8] {
    let date = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    return KernelAnswer.json(KernelMessage.Header(msgId: UUID().uuidString, msgType: type, session: name, username: user, date: date))
  }
}
