// Operations of seconds stop soon after an interrupt, wherever it meets them, and what follows is right. An interrupt stops
// whatever the process evaluates, the other tests included: so these run in processes of their own.

import Testing

@testable import Tensor

private typealias LongOperation = (
  name: String, prepare: @Sendable () throws -> [Tensor], run: @Sendable ([Tensor]) throws -> [Tensor]
)

/// Work that takes a second at least on two fast cores.
private let longOperations: [LongOperation] = [
  ("product", { [try Tensor.ones([9000, 9000]) + 1] }, { [try matmul($0[0], $0[0])] }),
  ("long sums", { [try Tensor.ones([256, 1_000_000]) + 1] }, { [try matmul($0[0], $0[0].transposed())] }),
  ("bfloat16 product", { [try (Tensor.ones([12_000, 12_000]) + 1).cast(to: .bfloat16)] }, { [try matmul($0[0], $0[0])] }),
  ("attention", { [try Tensor.ones([1, 40_000, 64]) + 1] }, { [try attention($0[0], $0[0], $0[0])] }),
  ("attention's gradient", { [try Tensor.ones([1, 16_000, 64]) + 1] }, { x in
    try grad({ try sum(attention($0[0], $0[0], $0[0])) }, at: x)
  }),
  ("conv2d", image, { [try conv2d($0[0], $0[1])] }),
  ("conv2d's gradient in the image", image, { x in try grad({ try sum(conv2d($0[0], x[1])) }, at: [x[0]]) }),
  ("conv2d's gradient in the kernel", image, { x in try grad({ try sum(conv2d(x[0], $0[0])) }, at: [x[1]]) }),
  ("avg_pool", { [try Tensor.ones([4, 700, 700, 8]) + 1] }, { [try avgPool($0[0], size: [41, 41], stride: [1, 1])] }),
  ("max_pool", { [try Tensor.ones([2, 700, 700, 8]) + 1] }, { [try maxPool($0[0], size: [41, 41], stride: [1, 1])] }),
  ("eigh", { [try normal(RandomKey(seed: 1), [3000, 3000])] }, { [try eigh($0[0]).values] }),
  ("sort", { [try normal(RandomKey(seed: 1), [30_000_000])] }, { [try sorted($0[0])] }),
  ("permutation", { [] }, { _ in [try permutation(RandomKey(seed: 1), 30_000_000)] }),
  ("normal", { [] }, { _ in [try normal(RandomKey(seed: 1), [20_000, 20_000])] }),
  ("picks", { [try normal(RandomKey(seed: 1), [60_000_000])] }, { x in
    let places = try argsort(x[0].reshaped([-1]).narrowed(axis: 0, 0..<10_000_000))
    return try (0..<20).map { _ in try x[0].picked([.places(places)]) } + [x[0].picked([.places(less(x[0], 0))])]
  }),
  ("statistics", { [try Tensor.ones([300_000_000]) + 1] }, { [Tensor(try $0[0].statistics().mean)] }),
  ("several", { [try Tensor.ones([4000, 4000]) + 1] }, { x in
    try (0..<40).map { try cumsum(matmul(x[0] + Double($0), x[0]), axis: 0) }
  }),
]

@Sendable private func image() throws -> [Tensor] {
  [try Tensor.ones([1, 256, 256, 512]) + 1, try Tensor.ones([3, 3, 512, 1024]) + 1]
}

@Suite struct InterruptTests {
  @Test func longOperationsStop() async {
    await #expect(processExitsWith: .success) {
      for (name, prepare, run) in longOperations {
        let inputs = try prepare().map { try $0.evaluated() }
        let clock = ContinuousClock()
        let timer = Task.detached {
          try await Task.sleep(for: .milliseconds(60))
          Interrupt.request()
          return clock.now
        }
        #expect(throws: Interrupted.self, "\(name)") { try evaluate(run(inputs)) }
        let end = clock.now, asked = try await timer.value
        // 0.1 s on an idle machine.
        #expect(end - asked < .seconds(1.5), "\(name)")
        Interrupt.clear()
        #expect(try matmul(Tensor.ones([70, 60]), .ones([60, 50])).scalars(Float.self).allSatisfy { $0 == 60 }, "after \(name)")
      }
    }
  }

  /// A step of AdamW overwrites what it is made from: half of it would be lost work.
  @Test func updatesAreWholeAllTheSame() async {
    await #expect(processExitsWith: .success) {
      var p = [try (Tensor.ones([1 << 22]) + 1).evaluated()], mu = [try Tensor.zeros([1 << 22])], nu = mu, none: [[Tensor]] = []
      let gradient = try (Tensor.ones([1 << 22]) + 0).evaluated()
      try AdamWStep(rate: 0.5, count: 1).apply(to: &p, mu: &mu, nu: &nu, averages: &none, gradients: [gradient])
      Interrupt.request()
      var second: [Tensor] = p
      p = []
      #expect(throws: Never.self) {
        try AdamWStep(rate: 0.5, count: 2).apply(to: &second, mu: &mu, nu: &nu, averages: &none, gradients: [gradient])
      }
      Interrupt.clear()
      let values = try second[0].scalars(Float.self)
      #expect(values.allSatisfy { $0 == values[0] } && values[0] < 1.2)
    }
  }

  /// Loops that are left out say so: nothing goes on with what they did not write.
  @Test func loopsThatAreLeftOutThrow() async {
    await #expect(processExitsWith: .success) {
      Interrupt.request()
      #expect(throws: Interrupted.self) { try Threads.split(100, grain: 10) { _ in } }
      #expect(throws: Interrupted.self) { try Threads.forEach(1) { _ in } }
      var count = 0
      Threads.splitWhole(100, grain: 100) { count += $0.count }
      #expect(count == 100)
      #expect(throws: Interrupted.self) { try RandomKey(seed: 1).bits(1 << 20) }
      #expect(throws: Interrupted.self) { try permutation(RandomKey(seed: 1), 1000) }
    }
  }
}
