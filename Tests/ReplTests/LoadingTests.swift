import Formats
import Synchronization
import Testing

@testable import Repl

/// Reading a file tells of itself only where somebody would wonder.
struct LoadingTests {
  private final class Stage: Sendable {
    let bytes = Mutex<[UInt8]>([])
    let now = Mutex<Double>(0)

    func loading(isTerminal: Bool) -> Loading {
      let console = Console(isTerminal: isTerminal, isColoured: false, columns: 80) { sent in self.bytes.withLock { $0 += sent } }
      return Loading(console: console) { self.now.withLock { $0 } }
    }

    func set(_ time: Double) { now.withLock { $0 = time } }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
  }

  @Test func isSilentWithinASecond() {
    let stage = Stage()
    let loading = stage.loading(isTerminal: true)
    loading.update(.load, 50, of: 100)
    stage.set(0.9)
    loading.update(.load, 90, of: 100)
    loading.finish()
    #expect(stage.text.isEmpty)
  }

  @Test func showsEachStageWithItsOwnRate() {
    let stage = Stage()
    let loading = stage.loading(isTerminal: false)
    loading.update(.unpack, 10_000_000, of: 400_000_000)
    stage.set(20)
    loading.update(.unpack, 200_000_000, of: 400_000_000)
    stage.set(40)
    loading.update(.load, 1_000_000, of: 100_000_000)
    stage.set(50)
    loading.update(.load, 100_000_000, of: 100_000_000)
    loading.finish()
    #expect(stage.text.contains("unpack MB  50 %  200/400  10.00/s"))
    #expect(stage.text.contains("unpack MB  200/400"))
    #expect(stage.text.hasSuffix("load MB  100/100  10.00/s  10 s\n"))
  }
}
