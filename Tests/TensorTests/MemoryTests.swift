// Memory limits: the account is the process's, so every test runs in one of its own.

import Testing

@testable import Tensor

@Suite struct MemoryTests {
  @Test func aRequestBeyondTheLimitNamesItselfAndTheLargestHolders() async {
    await #expect(processExitsWith: .success) {
      let x = try uniform(RandomKey(seed: 1), [512, 512])
      Memory.limit = Memory.live + (3 << 20)
      let error = #expect(throws: TensorError.self) { try matmul(x.broadcast(to: [8, 512, 512]), x).evaluated() }
      #expect(error?.kind == .limit)
      #expect(error?.operation == "matmul [8, 512, 512] @ [512, 512]")
      #expect(error?.operands.map(\.description) == ["float32[8, 512, 512]"])
      #expect(error?.reason.hasPrefix("8.0 MiB are needed, and ") == true)
      #expect(error?.notes.first?.hasPrefix("most is held by float32[512, 512]") == true)
      #expect(error?.hint == "memory_limit(none) lifts the limit")
      // The session goes on.
      #expect(try sum(matmul(x, x)).item() > 0)
    }
  }

  /// Nobody else reads it, and it is held all the same while the product asks for room.
  @Test func whatTheFailingOperationReadsLastIsNamed() async {
    await #expect(processExitsWith: .success) {
      let x = try uniform(RandomKey(seed: 1), [512, 512]).evaluated()
      Memory.limit = Memory.live + (3 << 20)
      let error = #expect(throws: TensorError.self) { try matmul(softmax(x), .ones([512, 4096])).evaluated() }
      #expect(error?.notes.first?.contains("by softmax (1.0 MiB)") == true)
    }
  }

  @Test func aFailedEvaluationReturnsItsMemory() async {
    await #expect(processExitsWith: .success) {
      let x = try uniform(RandomKey(seed: 1), [512, 512])
      let before = Memory.live
      Memory.limit = before + (4 << 20)
      for _ in 0..<20 {
        #expect(throws: TensorError.self) {
          let parts = try (0..<8).map { try matmul(x, x) * Double($0) + x.transposed() }
          _ = try concat(parts).evaluated()
        }
        #expect(Memory.live == before)
      }
    }
  }

  @Test func largeHostArraysCountToo() async {
    await #expect(processExitsWith: .success) {
      Memory.limit = 1 << 20
      for make in [
        { try .arange(from: 0, to: 1e9) }, { try .linspace(0, 1, 1 << 30) }, { try uniform(RandomKey(seed: 0), [1 << 30]) },
        { try randomIntegers(RandomKey(seed: 0), [1 << 30], low: 0, high: 2) }, { try permutation(RandomKey(seed: 0), 1 << 30) },
        { try Tensor(try Tensor.zeros([1 << 30]).scalars(Float.self)) }, { try eigh(.zeros([20_000, 20_000])).values },
      ] as [() throws -> Tensor] {
        #expect(throws: TensorError.self) { try make() }
      }
    }
  }

  @Test func withoutALimitTheMachineIsTheLimit() throws {
    let error = #expect(throws: TensorError.self) { try (Tensor.zeros([1 << 23, 1 << 23]) + .arange(1 << 23)).evaluated() }
    #expect(error?.kind == .limit)
  }

  @Test(arguments: [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (400 << 20, "400 MiB"), (3 << 30, "3.0 GiB")])
  func sizesAreReadable(bytes: Int, text: String) {
    #expect(Memory.shown(bytes) == text)
  }
}
