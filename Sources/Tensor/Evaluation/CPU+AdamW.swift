// AdamW and moving averages on the CPU: all parameters as one long row, cut evenly over the cores.

import CKernels

extension CPU {
  func adamW(_ slots: [AdamWSlot], _ step: AdamWStep) {
    let coefficients = imf_adamw_step(
      b1: Float(step.b1), b2: Float(step.b2), mu_scale: Float(1 / (1 - power(step.b1, step.count))),
      nu_scale: Float(1 / (1 - power(step.b2, step.count))), eps: Float(step.eps),
      weight_decay: Float(step.weightDecay), rate: Float(step.rate))
    let decays = step.averageDecays.map { Float($0) }
    let starts = slots.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.gradient.count) }
    Threads.splitWhole(starts[slots.count], grain: Self.grain / 4) { range in
      // The last slot that begins at or before the range.
      var slot = (starts.firstIndex { $0 > range.lowerBound } ?? slots.count) - 1
      var position = range.lowerBound
      while position < range.upperBound {
        let end = min(range.upperBound, starts[slot + 1])
        if position < end { run(slots[slot], from: position - starts[slot], count: end - position, coefficients, decays) }
        position = end
        slot += 1
      }
    }
  }

  private func run(_ slot: AdamWSlot, from: Int, count: Int, _ coefficients: imf_adamw_step, _ decays: [Float]) {
    func place(_ array: NDArray) -> UnsafeMutablePointer<Float> { array.typed(Float.self) + from }
    withUnsafePointer(to: coefficients) {
      imf_adamw(
        $0, place(slot.gradient), place(slot.p.old), place(slot.mu.old), place(slot.nu.old), place(slot.p.new),
        place(slot.mu.new), place(slot.nu.new), Int64(count))
    }
    for (average, decay) in zip(slot.averages, decays) {
      imf_average(decay, place(slot.p.new), place(average.old), place(average.new), Int64(count))
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0, square = base, rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}
