// What a Jupyter client writes for the kernel that it starts: where to listen, and the key that messages are signed with.

import Foundation
import Lang

/// The client's connection file.
struct ConnectionFile: Decodable, Sendable {
  /// The five sockets of a kernel.
  enum Socket: CaseIterable { case shell, control, publication, input, heartbeat }

  let transport: String
  let ip: String
  /// Without a key messages are neither signed nor looked at.
  let key: String
  private let signatureScheme: String?
  private let shellPort, controlPort, iopubPort, stdinPort, hbPort: Int

  private enum CodingKeys: String, CodingKey {
    case transport, ip, key
    case signatureScheme = "signature_scheme"
    case shellPort = "shell_port"
    case controlPort = "control_port"
    case iopubPort = "iopub_port"
    case stdinPort = "stdin_port"
    case hbPort = "hb_port"
  }

  /// - Throws: a diagnostic where the file cannot be read, lacks something, or asks for what there is not.
  init(path: String) throws(Diagnostic) {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw Diagnostic(.io, "the connection file \(path) cannot be read", hint: "Jupyter writes it: `imf-repl --jupyter-install`, then start a kernel")
    }
    try self.init(bytes, name: path)
  }

  init(_ bytes: Data, name: String) throws(Diagnostic) {
    do {
      self = try JSONDecoder().decode(ConnectionFile.self, from: bytes)
    } catch DecodingError.keyNotFound(let key, _) {
      throw Diagnostic(.format, "\(name) is no connection file: it has no `\(key.stringValue)`")
    } catch DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty {
      throw Diagnostic(.format, "\(name) is no connection file: `\(context.codingPath[0].stringValue)` is not what it should be")
    } catch {
      throw Diagnostic(.format, "\(name) is no connection file: it is no JSON of the kind")
    }
    guard ["tcp", "ipc", "inproc"].contains(transport) else {
      throw Diagnostic(.value, "\(name): transport \(transport) is unknown", hint: "tcp and ipc are there")
    }
    if let signatureScheme, signatureScheme != "hmac-sha256" {
      throw Diagnostic(.value, "\(name): messages signed with \(signatureScheme) cannot be read", hint: "hmac-sha256 is what clients use")
    }
    if let socket = Socket.allCases.first(where: { !(1...65535).contains(port($0)) }) {
      throw Diagnostic(.value, "\(name): the port of \(socket) is \(port(socket)); expected 1 to 65535")
    }
  }

  private func port(_ socket: Socket) -> Int {
    switch socket {
    case .shell: shellPort
    case .control: controlPort
    case .publication: iopubPort
    case .input: stdinPort
    case .heartbeat: hbPort
    }
  }

  /// As ZeroMQ takes it; where there are no ports the number is part of the name.
  func endpoint(_ socket: Socket) -> String { "\(transport)://\(ip)\(transport == "tcp" ? ":" : "-")\(port(socket))" }
}
