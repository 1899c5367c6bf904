// JSON-RPC 2.0: requests, notifications and answers, as Foundation reads and writes JSON.

import Foundation

/// What an answer refers to.
enum RequestID: Codable, Hashable, Sendable {
  case number(Int)
  case text(String)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    self = if let number = try? container.decode(Int.self) { .number(number) } else { .text(try container.decode(String.self)) }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    }
  }
}

/// A message as it came, its parameters not yet read.
struct RemoteCall: Sendable {
  /// Nil for a notification, which gets no answer.
  let id: RequestID?
  /// Nil for an answer to a request of ours.
  let method: String?
  private let body: Data

  private struct Head: Decodable {
    let id: RequestID?
    let method: String?
  }

  private struct Body<Parameters: Decodable>: Decodable { let params: Parameters }

  /// - Throws: `CallError` for text that is no JSON, and for JSON that is no message.
  init(_ bytes: [UInt8]) throws(CallError) {
    body = Data(bytes)
    do {
      let head = try JSONDecoder().decode(Head.self, from: body)
      (id, method) = (head.id, head.method)
    } catch DecodingError.dataCorrupted(let context) {
      throw CallError(.parse, "the message is no JSON: \(context.debugDescription)")
    } catch {
      throw CallError(.invalidRequest, "the message is no request")
    }
  }

  func parameters<Parameters: Decodable>(_ type: Parameters.Type) throws(CallError) -> Parameters {
    do {
      return try JSONDecoder().decode(Body<Parameters>.self, from: body).params
    } catch {
      throw CallError(.invalidParameters, "the parameters of \(method ?? "the message") are not as the protocol has them")
    }
  }
}

/// An answer that says what is wrong. The codes are the protocol's.
struct CallError: Error, Encodable, Equatable {
  enum Code: Int, Encodable {
    case parse = -32700
    case invalidRequest = -32600
    case unknownMethod = -32601
    case invalidParameters = -32602
    case notInitialized = -32002
    case cancelled = -32800
  }

  let code: Code
  let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// What we send.
enum Outgoing: Encodable {
  case result(RequestID, any Encodable)
  /// Without an id where the request could not be read.
  case failure(RequestID?, CallError)
  case notification(String, any Encodable)

  private enum Key: CodingKey { case jsonrpc, id, result, error, method, params }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode("2.0", forKey: .jsonrpc)
    switch self {
    case .result(let id, let value):
      try container.encode(id, forKey: .id)
      try container.encode(value, forKey: .result)
    case .failure(let id, let error):
      try container.encode(id, forKey: .id)
      try container.encode(error, forKey: .error)
    case .notification(let method, let parameters):
      try container.encode(method, forKey: .method)
      try container.encode(parameters, forKey: .params)
    }
  }

  /// With its header, ready to be written.
  func framed() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    let body = try encoder.encode(self)
    return Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
  }
}
