// The thread with the sockets: reads requests, hands them to the thread that computes, sends what others have to say, and
// answers on the control channel while a cell runs. The heartbeat has a thread of its own.

import Foundation

/// The five sockets of a kernel. Made on one thread and then used on its own alone.
final class KernelSockets: @unchecked Sendable {
  let requests = RequestQueue()
  let answers: AnswerQueue
  private let context: ZeroMQContext
  private let shell, control, publication, input, heartbeat: ZeroMQSocket
  private let session: KernelSession
  /// Becomes readable when there is something to send.
  private let wakeReader: Int32
  private let wakeWriter: Int32
  private let interrupt: @Sendable () -> Void
  private let report: @Sendable (String) -> Void
  private let parent = getppid()
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - interrupt: stops the cell that runs.
  ///   - report: takes a line about what was ignored.
  init(
    _ connection: ConnectionFile, in context: ZeroMQContext, interrupt: @escaping @Sendable () -> Void,
    report: @escaping @Sendable (String) -> Void
  ) throws(ZeroMQError) {
    self.context = context
    self.interrupt = interrupt
    self.report = report
    session = KernelSession(MessageSignature(key: connection.key))
    func socket(_ kind: ZeroMQSocket.Kind, _ name: ConnectionFile.Socket) throws(ZeroMQError) -> ZeroMQSocket {
      let made = try ZeroMQSocket(kind, in: context)
      do throws(ZeroMQError) { try made.bind(connection.endpoint(name)) } catch {
        made.close()
        throw error
      }
      return made
    }
    shell = try socket(.router, .shell)
    control = try socket(.router, .control)
    publication = try socket(.publisher, .publication)
    // Nothing in the language asks a person for input: clients connect here and hear nothing.
    input = try socket(.router, .input)
    heartbeat = try socket(.reply, .heartbeat)
    var ends: [Int32] = [-1, -1]
    _ = pipe(&ends)
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (wakeReader, wakeWriter) = (ends[0], ends[1])
    answers = AnswerQueue { [writer = ends[1]] in
      var byte: UInt8 = 0
      _ = write(writer, &byte, 1)
    }
  }

  /// Begins to serve.
  func start() {
    Thread { self.beat() }.start()
    Thread { self.serve() }.start()
    answers.put(.publication("status", KernelContent.Status(executionState: "starting"), parent: Array("{}".utf8)))
  }

  /// Sends what is left and closes everything; returns when that is done.
  func end() {
    answers.close()
    ended.wait()
    context.terminate()
    close(wakeReader)
    close(wakeWriter)
  }

  private func beat() {
    while let message = heartbeat.receive(waits: true) { heartbeat.send(message) }
    heartbeat.close()
  }

  private func serve() {
    // Clients that die leave us behind; they say who they are. Whoever starts us by hand ends us by hand.
    let isWatched = Terminal.environment("JPY_PARENT_PID") != nil
    let descriptors = [wakeReader, Signals.wakeDescriptor].filter { $0 >= 0 }
    var (hasText, isClosed, lastSent) = (false, false, 0.0)
    while !isClosed {
      ZeroMQSocket.wait(
        for: [shell, control], descriptors: descriptors,
        milliseconds: hasText ? Int(AnswerQueue.patience * 1000) : isWatched ? 1000 : nil)
      if isWatched, getppid() != parent { requests.end(.done) }
      lookAtSignals()
      while let parts = control.receive() { read(parts) { answer($0) } }
      while let parts = shell.receive() { read(parts) { requests.put($0) } }
      var drain = [UInt8](repeating: 0, count: 256)
      while Glibc.read(wakeReader, &drain, drain.count) > 0 {}
      let now = Terminal.monotonicSeconds()
      let waiting = answers.take(textToo: now - lastSent >= AnswerQueue.patience)
      if !waiting.answers.isEmpty { lastSent = now }
      for answer in waiting.answers { send(answer) }
      (hasText, isClosed) = (waiting.hasText, waiting.isClosed)
    }
    for socket in [shell, control, publication, input] { socket.close() }
    ended.signal()
  }

  /// An interrupt is for the cell that runs or is about to, and is left to it; one that comes while nobody asked for anything
  /// is forgotten.
  private func lookAtSignals() {
    Signals.sleepOn()
    if Signals.raised.contains(.terminate) { requests.end(.terminated) }
    if !requests.isBusy { _ = Signals.take() }
  }

  private func send(_ answer: KernelAnswer) {
    let socket =
      switch answer.channel {
      case .shell: shell
      case .control: control
      case .publication: publication
      }
    socket.send(answer.parts(session))
  }

  private func read(_ parts: [[UInt8]], _ take: (KernelMessage) -> Void) {
    do throws(MalformedMessage) { take(try KernelMessage(parts, session.signature)) } catch { report("ignored a message: \(error)") }
  }

  // MARK: control

  /// What must be answered while a cell runs.
  private func answer(_ request: KernelMessage) {
    answers.framing(request) {
      switch request.type {
      case "kernel_info_request": answers.put(.reply(to: request, on: .control, KernelContent.KernelInfo()))
      case "interrupt_request":
        interrupt()
        answers.put(.reply(to: request, on: .control, KernelContent.Done()))
      case "shutdown_request":
        shutDown(request, on: .control)
        interrupt()
      default: report("ignored a message: \(request.type) is unknown on the control channel")
      }
    }
  }

  /// Says that the kernel ends, on every channel where somebody waits for it, and lets it end.
  func shutDown(_ request: KernelMessage, on channel: KernelAnswer.Channel) {
    let isRestart = (try? request.content(KernelRequest.Shutdown.self).restart) ?? false
    let reply = KernelAnswer.reply(to: request, on: channel, KernelContent.Shutdown(restart: isRestart))
    answers.put(reply)
    answers.put(.publication(reply.type, reply.content, parent: reply.parent))
    requests.end(.done)
  }
}
