// ZeroMQ's sockets: the one file that calls libzmq. A socket belongs to one thread at a time; it may be made on one and
// then handed to another that starts afterwards.

import CZeroMQ
import Glibc

/// What the library refused.
struct ZeroMQError: Error, CustomStringConvertible {
  let description: String

  /// After a call that failed.
  fileprivate init(_ what: String) { description = "\(what): \(String(cString: zmq_strerror(zmq_errno())))" }
}

/// What sockets of one process share; any thread may use it. The C function is zmq_ctx_new.
final class ZeroMQContext: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer

  init() throws(ZeroMQError) {
    guard let made = zmq_ctx_new() else { throw ZeroMQError("no context of ZeroMQ") }
    pointer = made
  }

  /// Ends waiting on all sockets, and returns once they are closed and what they held is sent. The C function is zmq_ctx_term.
  func terminate() { while zmq_ctx_term(pointer) != 0, zmq_errno() == EINTR {} }
}

/// One socket; messages are lists of parts.
final class ZeroMQSocket {
  struct Kind: Sendable {
    let number: Int32
    static let router = Kind(number: ZMQ_ROUTER)
    static let publisher = Kind(number: ZMQ_PUB)
    static let reply = Kind(number: ZMQ_REP)
  }

  let pointer: UnsafeMutableRawPointer
  /// Larger messages end the connection that they come from.
  private static let largest = 256 << 20

  init(_ kind: Kind, in context: ZeroMQContext) throws(ZeroMQError) {
    guard let made = zmq_socket(context.pointer, kind.number) else { throw ZeroMQError("no socket of ZeroMQ") }
    pointer = made
    // What is still to be sent at the end may take a second; a client that is gone must not hold us.
    set(ZMQ_LINGER, 1000)
    // Whoever comes again under the same name is who we talk to: clients reconnect.
    if kind.number == ZMQ_ROUTER { set(ZMQ_ROUTER_HANDOVER, 1) }
    // Before it drops anything, a client that lags behind has this many messages to come.
    if kind.number == ZMQ_PUB { set(ZMQ_SNDHWM, 10_000) }
    var most = Int64(Self.largest)
    zmq_setsockopt(pointer, ZMQ_MAXMSGSIZE, &most, MemoryLayout<Int64>.size)
  }

  private func set(_ option: Int32, _ number: Int32) {
    var value = number
    zmq_setsockopt(pointer, option, &value, MemoryLayout<Int32>.size)
  }

  /// The C function is zmq_bind.
  func bind(_ endpoint: String) throws(ZeroMQError) {
    guard zmq_bind(pointer, endpoint) == 0 else { throw ZeroMQError("cannot listen at \(endpoint)") }
  }

  /// The C function is zmq_close.
  func close() { zmq_close(pointer) }

  /// The parts of a message; nil where none is there and the caller does not wait, and once the context ends. The C
  /// function is zmq_msg_recv.
  func receive(waits: Bool = false) -> [[UInt8]]? {
    var parts: [[UInt8]] = []
    var message = zmq_msg_t()
    // Short messages lie inside the structure, which must not move meanwhile.
    return withUnsafeMutablePointer(to: &message) { message in
      while true {
        zmq_msg_init(message)
        defer { zmq_msg_close(message) }
        while zmq_msg_recv(message, pointer, waits ? 0 : ZMQ_DONTWAIT) < 0 {
          guard zmq_errno() == EINTR else { return nil }
        }
        parts.append(Array(UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message))))
        if zmq_msg_more(message) == 0 { return parts }
      }
    }
  }

  /// Whoever is gone gets nothing, without a word. The C function is zmq_send.
  func send(_ parts: [[UInt8]]) {
    for (index, part) in parts.enumerated() {
      let more = index < parts.count - 1 ? ZMQ_SNDMORE : 0
      while zmq_send(pointer, part, part.count, more) < 0 {
        guard zmq_errno() == EINTR else { return }
      }
    }
  }

  /// Waits until a socket or a descriptor has something to read, a signal comes, or time is up. The C function is zmq_poll.
  static func wait(for sockets: [ZeroMQSocket], descriptors: [Int32], milliseconds: Int?) {
    var items = sockets.map { zmq_pollitem_t(socket: $0.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0) }
    items += descriptors.map { zmq_pollitem_t(socket: nil, fd: $0, events: Int16(ZMQ_POLLIN), revents: 0) }
    zmq_poll(&items, Int32(items.count), milliseconds ?? -1)
  }
}
