// The built program without a terminal: what it writes, and how it ends.

import Foundation
import Glibc
import Testing

@testable import Repl

struct ProgramRun {
  let output: String
  let errors: String
  /// The exit status, or the signal that ended it as a negative number.
  let status: Int32

  /// Starts several processes as one run, where it is installed.
  static let starter = "/usr/bin/mpirun"

  /// Runs the program to its end.
  /// - Parameters:
  ///   - input: its standard input; none closes it.
  ///   - signal: sent when it has written something.
  ///   - ranks: how many processes share the run, under Open MPI.
  ///   - whileRunning: called once it has started.
  init(
    _ arguments: [String], ranks: Int? = nil, input: String? = nil, environment: [String: String] = [:], folder: String? = nil,
    signal: Int32? = nil, whileRunning: (Process) -> Void = { _ in }
  ) throws {
    let process = Process()
    let program = try #require(TerminalSession.program)
    process.executableURL = URL(fileURLWithPath: ranks == nil ? program : Self.starter)
    process.arguments = (ranks.map { ["--allow-run-as-root", "--oversubscribe", "-n", String($0), program] } ?? []) + arguments
    process.environment = ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"].merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let (out, err, into) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = err
    process.standardInput = input == nil ? FileHandle.nullDevice : into
    try process.start()
    if let input {
      try into.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try into.fileHandleForWriting.close()
    }
    whileRunning(process)
    var text = Data()
    if let signal {
      text = out.fileHandleForReading.availableData
      kill(process.processIdentifier, signal)
    }
    output = String(decoding: text + out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    errors = String(decoding: err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }
}

extension Process {
  /// Runs it with no signal held back: threads that run tests hold them back, and a program inherits that.
  func start() throws {
    var none = sigset_t(), former = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    try run()
  }
}
