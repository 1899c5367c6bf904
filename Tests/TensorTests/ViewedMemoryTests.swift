// Tensors on memory that is not ours: counted as nobody's, never overwritten, copied where it is not aligned.

import Testing

@testable import Tensor

/// Numbers that nobody may write to.
private final class Held: Sendable {
  nonisolated(unsafe) let memory = UnsafeMutablePointer<Float>.allocate(capacity: 1000)
  init() { for place in 0..<1000 { memory[place] = Float(place) } }
  deinit { memory.deallocate() }
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: 4000) }
}

@Suite struct ViewedMemoryTests {
  @Test func staysWhereItIsAndLivesAsLongAsTheTensor() throws {
    var held: Held? = Held()
    weak let before = held
    var tensor: Tensor? = try Tensor(viewing: held!.bytes, of: held!, shape: [10, 100], dtype: .float32)
    let start = held!.bytes.baseAddress
    #expect(try tensor!.withBytes { $0.baseAddress == start })
    held = nil
    #expect(try tensor!.transposed().scalars(Float.self).last == 999)
    #expect(before != nil)
    tensor = nil
    #expect(before == nil)
  }

  @Test func anUpdateLeavesItAsItWas() throws {
    let held = Held()
    func view() throws -> [Tensor] { [try Tensor(viewing: held.bytes, of: held, shape: [1000], dtype: .float32)] }
    var p = try view(), mu = try view(), nu = try view(), averages = [try view()]
    let gradients = [try Tensor.ones([1000])]
    for count in 1...2 {
      var step = AdamWStep(rate: 0.1, count: count)
      step.averageDecays = [0.9]
      try step.apply(to: &p, mu: &mu, nu: &nu, averages: &averages, gradients: gradients)
    }
    #expect(try p[0].scalars(Float.self)[1] != 1)
    for place in 0..<1000 { #expect(held.memory[place] == Float(place)) }
  }

  @Test func unalignedBytesAreCopied() throws {
    let held = Held()
    let odd = UnsafeRawBufferPointer(rebasing: held.bytes[1..<397])
    let tensor = try Tensor(viewing: odd, of: held, shape: [99], dtype: .float32)
    #expect(try tensor.withBytes { $0.baseAddress != odd.baseAddress && $0.elementsEqual(odd) })
  }
}
