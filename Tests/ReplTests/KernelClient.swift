// A small client of Jupyter's protocol, to hold the kernel to it.

import CZeroMQ
import Foundation
import Testing

@testable import Repl

extension ZeroMQSocket.Kind {
  static let dealer = ZeroMQSocket.Kind(number: ZMQ_DEALER)
  static let subscriber = ZeroMQSocket.Kind(number: ZMQ_SUB)
  static let request = ZeroMQSocket.Kind(number: ZMQ_REQ)
}

/// Connected to all of a kernel's sockets but the one for input.
final class KernelClient {
  /// A message as it came.
  struct Message {
    let type: String
    /// The request that it belongs to.
    let parent: String
    let content: [String: Any]

    subscript(key: String) -> Any? { content[key] }
  }

  let shell, control, publication, heartbeat: ZeroMQSocket
  private let signature: MessageSignature
  private var count = 0

  init(_ connection: ConnectionFile, in context: ZeroMQContext) throws {
    signature = MessageSignature(key: connection.key)
    func socket(_ kind: ZeroMQSocket.Kind, _ name: ConnectionFile.Socket) throws -> ZeroMQSocket {
      let made = try ZeroMQSocket(kind, in: context)
      var patience: Int32 = 20_000
      zmq_setsockopt(made.pointer, ZMQ_RCVTIMEO, &patience, 4)
      if kind.number == ZMQ_SUB { zmq_setsockopt(made.pointer, ZMQ_SUBSCRIBE, nil, 0) }
      #expect(zmq_connect(made.pointer, connection.endpoint(name)) == 0)
      return made
    }
    shell = try socket(.dealer, .shell)
    control = try socket(.dealer, .control)
    publication = try socket(.subscriber, .publication)
    heartbeat = try socket(.request, .heartbeat)
    // A subscription is on its way for a while, and what is published before it arrives is lost.
    var patience: Int32 = 100
    zmq_setsockopt(publication.pointer, ZMQ_RCVTIMEO, &patience, 4)
    repeat { ask("kernel_info_request") } while publication.receive(waits: true) == nil
    while publication.receive(waits: true) != nil {}
    patience = 20_000
    zmq_setsockopt(publication.pointer, ZMQ_RCVTIMEO, &patience, 4)
  }

  func close() { for socket in [shell, control, publication, heartbeat] { socket.close() } }

  // MARK: sending

  /// The message's parts, rightly signed.
  func parts(_ type: String, _ content: Any = [String: Any](), id: String = "a") throws -> [[UInt8]] {
    let header = ["msg_id": id, "msg_type": type, "session": "s", "username": "u", "date": "", "version": "5.3"]
    let bodies = try [header, [:], [:], content].map { [UInt8](try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys)) }
    return [KernelMessage.mark, signature.of(bodies)] + bodies
  }

  /// Sends a request; its number.
  @discardableResult
  func send(_ type: String, _ content: Any = [String: Any](), on socket: ZeroMQSocket? = nil) -> String {
    count += 1
    if let parts = try? parts(type, content, id: "\(count)") { (socket ?? shell).send(parts) }
    return "\(count)"
  }

  // MARK: receiving

  func receive(from socket: ZeroMQSocket) -> Message? {
    guard let parts = socket.receive(waits: true), let mark = parts.firstIndex(of: KernelMessage.mark), parts.count == mark + 6 else { return nil }
    #expect(signature.isRight(parts[mark + 1], of: parts[(mark + 2)...]))
    let bodies = parts[(mark + 2)...].map { (try? JSONSerialization.jsonObject(with: Data($0))) as? [String: Any] ?? [:] }
    return Message(type: bodies[0]["msg_type"] as? String ?? "", parent: bodies[1]["msg_id"] as? String ?? "", content: bodies[3])
  }

  /// Sends a request and waits for the answer to it.
  @discardableResult
  func ask(_ type: String, _ content: Any = [String: Any](), on socket: ZeroMQSocket? = nil) -> Message? {
    let id = send(type, content, on: socket)
    return reply(to: id, on: socket)
  }

  func reply(to id: String, on socket: ZeroMQSocket? = nil) -> Message? {
    while let message = receive(from: socket ?? shell) { if message.parent == id { return message } }
    return nil
  }

  /// What is published of a request, from `busy` to `idle`.
  func published(_ id: String) -> [Message] {
    var messages: [Message] = []
    while let message = receive(from: publication) {
      guard message.parent == id else { continue }
      messages.append(message)
      if message["execution_state"] as? String == "idle" { break }
    }
    return messages
  }

  /// Runs a cell: its reply, and what it published between `busy` and `idle`.
  func run(_ code: String, _ more: [String: Any] = [:]) -> (reply: Message?, shown: [Message]) {
    let id = send("execute_request", ["code": code].merging(more) { $1 })
    let reply = reply(to: id)
    let all = published(id)
    #expect(all.first?["execution_state"] as? String == "busy" && all.last?["execution_state"] as? String == "idle")
    return (reply, Array(all.dropFirst().dropLast()))
  }
}

extension ConnectionFile {
  /// The text of a connection file.
  static func text(_ fields: [String: Any] = [:]) -> Data {
    let usual: [String: Any] = [
      "transport": "inproc", "ip": "imf-\(UUID().uuidString)", "key": "secret", "signature_scheme": "hmac-sha256", "shell_port": 1,
      "control_port": 2, "iopub_port": 3, "stdin_port": 4, "hb_port": 5,
    ]
    return (try? JSONSerialization.data(withJSONObject: usual.merging(fields) { $1 })) ?? Data()
  }
}
