// A screen that nobody looks at (Xvfb), xterm on it, and what can be seen there.

import Formats
import Foundation
import Testing

@testable import Repl

/// An X server and the programs on it.
final class GraphicsScreen {
  private let server = Process()
  private var clients: [Process] = []
  private let display: String
  let folder: URL

  /// The programs that are needed: Debian's xvfb, xterm and imagemagick.
  static let isAvailable = ["Xvfb", "xterm", "import"].allSatisfy { path(of: $0) != nil }

  static func path(of program: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  init(width: Int, height: Int) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("imf-screen-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let pipe = Pipe()
    server.executableURL = URL(fileURLWithPath: try #require(Self.path(of: "Xvfb")))
    // It chooses a free number and says which.
    server.arguments = ["-displayfd", "1", "-screen", "0", "\(width)x\(height)x24", "-nolisten", "tcp"]
    server.standardOutput = pipe
    server.standardError = FileHandle.nullDevice
    try server.start()
    let number = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self).filter(\.isNumber)
    try #require(!number.isEmpty)
    display = ":\(number)"
  }

  deinit {
    for process in clients + [server] where process.isRunning {
      process.terminate()
      process.waitUntilExit()
    }
    try? FileManager.default.removeItem(at: folder)
  }

  /// An xterm with sixel in the upper left corner that runs a shell's command.
  func openXterm(columns: Int, rows: Int, running command: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.path(of: "xterm")))
    process.arguments = [
      "-ti", "vt340", "-xrm", "XTerm*numColorRegisters: 256", "-geometry", "\(columns)x\(rows)+0+0", "+sb", "-bg", "black", "-fg", "white",
      "-e", "/bin/sh", "-c", command,
    ]
    process.environment = ["DISPLAY": display, "PATH": "/usr/bin:/bin", "HOME": folder.path, "LANG": "C.UTF-8"]
    process.standardError = FileHandle.nullDevice
    try process.start()
    clients.append(process)
  }

  /// What is on the screen.
  func picture() throws -> Picture {
    let path = folder.appendingPathComponent("screen.png").path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.path(of: "import")))
    process.arguments = ["-display", display, "-window", "root", "-depth", "8", path]
    try process.start()
    process.waitUntilExit()
    guard case .image(let raster) = try Formats::load(path) else { throw FormatError(.format, path, "no image") }
    return try Picture(width: raster.width, height: raster.height, channels: raster.channels, bytes: raster.bytes)
  }
}

extension Picture {
  /// Where another picture stands in this one, each channel at most so far off; nil where it does not.
  func place(of other: Picture, tolerance: Int) -> (column: Int, row: Int)? {
    guard other.width <= width, other.height <= height else { return nil }
    func matches(_ column: Int, _ row: Int, every step: Int) -> Bool {
      for y in stride(from: 0, to: other.height, by: step) {
        for x in stride(from: 0, to: other.width, by: step) {
          let (here, there) = (3 * ((row + y) * width + column + x), 3 * (y * other.width + x))
          for channel in 0..<3 where abs(Int(pixels[here + channel]) - Int(other.pixels[there + channel])) > tolerance {
            return false
          }
        }
      }
      return true
    }
    for row in 0...(height - other.height) {
      for column in 0...(width - other.width) where matches(column, row, every: 16) && matches(column, row, every: 1) {
        return (column, row)
      }
    }
    return nil
  }
}
