// Event files as TensorBoard reads them: framing, checksums, messages, by bytes that its own writer made.

import Foundation
import Testing

@testable import Formats

@Suite struct LogTests {
  /// What the TFRecord framing of "abc" is by tensorboard's own writer.
  @Test func framesAreTFRecords() {
    let framed = EventFile.framed(Data("abc".utf8)).map { String(format: "%02x", $0) }.joined()
    #expect(framed == "0300000000000000b099490e6162636e57f121")
  }

  @Test func fieldsAreAsProtobufHasThem() {
    var inner = ProtocolBuffer()
    inner.add(1, "loss")
    inner.add(2, Float(1.5))
    var message = ProtocolBuffer()
    message.add(1, 2.0)
    message.add(2, Int64(300))
    message.add(3, Int64(-1))
    message.add(5, inner)
    // Wire types and the 1-2-300 examples of the encoding page, little-endian floats.
    let expected = "09" + "0000000000000040" + "10ac02" + "18ffffffffffffffffff01" + "2a0b" + "0a046c6f7373" + "150000c03f"
    #expect(message.bytes.map { String(format: "%02x", $0) }.joined() == expected)
  }
}
