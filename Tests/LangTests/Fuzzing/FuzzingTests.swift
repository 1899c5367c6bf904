// Every text gets an answer: the inputs that the fuzzer keeps, those that were once answered wrongly, and shapes of which
// there is no end. In a process of their own, since what runs too long is interrupted.

import Foundation
import Testing

@testable import Lang

private let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")

/// Ends the process where an answer is wrong.
private func requireAnswer(_ bytes: [UInt8], _ name: String) {
  guard let complaint = FuzzedScript.complaint(about: bytes) else { return }
  FileHandle.standardError.write(Data("\(name): \(complaint)\n".utf8))
  exit(1)
}

private func onThread(stackSize: Int, _ body: @escaping @Sendable () -> Void) {
  let done = DispatchSemaphore(value: 0)
  let thread = Thread {
    body()
    done.signal()
  }
  thread.stackSize = stackSize
  thread.start()
  done.wait()
}

@Suite struct FuzzingTests {
  @Test func inputsOfTheCorpusGetAnAnswer() async {
    await #expect(processExitsWith: .success) {
      let names = try FileManager.default.contentsOfDirectory(atPath: corpus.path).sorted()
      #expect(names.count > 50)
      for name in names { requireAnswer(Array(try Data(contentsOf: corpus.appendingPathComponent(name))), name) }
    }
  }

  @Test func endlessShapesGetAnAnswer() async {
    await #expect(processExitsWith: .success) {
      let pieces = [
        "(", "[", "{", "{a:", "-", "not ", "x->", "if 1{", "f(", "x[", "1+", "1^", "a.", "a,", "f\"{", "\"", "'''", "{[", "try ", "else ", "|>f", "#", "\\\n",
        "fn f(", "x=", "..", "...", ";", "}", ")", "0x", "1e", "\u{FEFF}", "é", "f(x->{", "[x,", "a@", "##\n", "#%%\n", "x\n|>f", "1+", "x*", "true and ", "f(1)+", "1.abs()|>",
      ]
      // The parser's bounds are made for the stacks of threads that run programs.
      onThread(stackSize: 8 << 20) {
        for piece in pieces {
          for count in [1, 60, 250, 5000] {
            let name = "\(count) times \(piece)"
            requireAnswer(Array(String(repeating: piece, count: count).utf8), name)
            requireAnswer(Array((String(repeating: piece, count: count) + "1").utf8), name + " and 1")
          }
        }
      }
    }
  }

  @Test func bytesThatAreNoTextGetAnAnswer() async {
    await #expect(processExitsWith: .success) {
      var generator = SeededGenerator(seed: 1)
      for seed in 0..<500 {
        var bytes = Array(ProgramGenerator.program(seed: UInt64(seed)).utf8.prefix(2000))
        for _ in 0...generator.below(8) where !bytes.isEmpty {
          let place = generator.below(bytes.count)
          switch generator.below(4) {
          case 0: bytes[place] = UInt8(generator.below(256))
          case 1: bytes.remove(at: place)
          case 2: bytes.insert(contentsOf: [0xC3, 0x28, 0xF0, 0x9F], at: place)
          default: bytes.removeSubrange(place...)
          }
        }
        requireAnswer(bytes, "damaged program \(seed)")
      }
    }
  }
}
