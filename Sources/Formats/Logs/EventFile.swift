// TensorBoard's event files: records framed as in TFRecord files, each a protocol buffer message Event. Numbers and
// pictures by step are what is written here. Facts: tensorboard's event.proto and summary.proto, TFRecord's description.

import Foundation

/// A log that TensorBoard shows.
public struct EventFile: Sendable {
  private let file: AppendedFile

  // Field numbers of Event, Summary.Value, Summary.Image and SessionLog.
  private enum Event { static let wallTime = 1, step = 2, fileVersion = 3, summary = 5, sessionLog = 7 }
  private enum Value { static let tag = 1, simpleValue = 2, image = 4 }
  private enum Image { static let height = 1, width = 2, colourSpace = 3, encoded = 4 }

  /// Begins a file in a folder; its name says when and where, as TensorBoard wants it.
  /// - Parameter step: what a run that died wrote for this step and later ones is forgotten.
  public init(in folder: String, from step: Int) throws {
    let host = ProcessInfo.processInfo.hostName
    let name = "events.out.tfevents.\(Int(Date().timeIntervalSince1970)).\(host).\(getpid())"
    file = try AppendedFile(folder + "/" + name)
    var version = Self.event(0)
    version.add(Event.fileVersion, "brain.Event:2")
    try append(version)
    var start = ProtocolBuffer()
    start.add(1, Int64(1))  // SessionLog.START
    var event = Self.event(step)
    event.add(Event.sessionLog, start)
    try append(event)
  }

  /// Numbers of a step by name.
  public func append(_ numbers: [(name: String, value: Double)], step: Int) throws {
    try append(summary: numbers.map { number in
      var value = ProtocolBuffer()
      value.add(Value.tag, number.name)
      value.add(Value.simpleValue, Float(number.value))
      return value
    }, step)
  }

  /// A picture of a step.
  public func append(_ name: String, _ picture: Raster, step: Int) throws {
    var image = ProtocolBuffer()
    image.add(Image.height, Int64(picture.height))
    image.add(Image.width, Int64(picture.width))
    image.add(Image.colourSpace, Int64(picture.channels))
    image.add(Image.encoded, Data(try PNG.bytes(of: picture)))
    var value = ProtocolBuffer()
    value.add(Value.tag, name)
    value.add(Value.image, image)
    try append(summary: [value], step)
  }

  private func append(summary values: [ProtocolBuffer], _ step: Int) throws {
    var summary = ProtocolBuffer()
    for value in values { summary.add(1, value) }
    var event = Self.event(step)
    event.add(Event.summary, summary)
    try append(event)
  }

  private static func event(_ step: Int) -> ProtocolBuffer {
    var event = ProtocolBuffer()
    event.add(Event.wallTime, Date().timeIntervalSince1970)
    event.add(Event.step, Int64(step))
    return event
  }

  private func append(_ event: ProtocolBuffer) throws { try file.append(Self.framed(event.bytes)) }

  /// Length, its checksum, the bytes, their checksum.
  static func framed(_ bytes: Data) -> Data {
    var length = Data()
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { length.append(contentsOf: $0) }
    return length + checksum(length) + bytes + checksum(bytes)
  }

  /// CRC-32C, turned and moved by a constant so that a checksum of bytes that hold checksums says something.
  private static func checksum(_ bytes: Data) -> Data {
    let sum = bytes.withUnsafeBytes { CastagnoliChecksum.of($0) }
    let masked = (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    return withUnsafeBytes(of: masked.littleEndian) { Data($0) }
  }
}
