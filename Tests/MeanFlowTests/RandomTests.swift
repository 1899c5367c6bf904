// Threefry keys and draws against JAX 0.4.27's: integers bit for bit, normals to 1e-6.

import Tensor
import Testing

@Suite struct RandomTests {
  @Test(arguments: [0, 42, 99, 123_456_789]) func drawsOfAKey(_ seed: Int) throws {
    let g = try Golden("rng")
    let key = RandomKey(seed: seed)
    func words(_ keys: [RandomKey]) -> [Int64] { keys.flatMap { [Int64($0.high), Int64($0.low)] } }
    #expect(words([key]) == (try g["key_\(seed)"].scalars(Int64.self)))
    #expect(words(key.split(2)) == (try g["split2_\(seed)"].scalars(Int64.self)))
    #expect(words(key.split(3)) == (try g["split3_\(seed)"].scalars(Int64.self)))
    for data in [0, 1, 7] { #expect(words([key.folded(in: data)]) == (try g["fold_\(seed)_\(data)"].scalars(Int64.self))) }
    for (name, shape) in [("1", [1]), ("5", [5]), ("4x3", [4, 3]), ("2x8x8x4", [2, 8, 8, 4])] {
      #expect(try uniform(key, shape).scalars(Float.self) == g["uniform_\(seed)_\(name)"].scalars(Float.self))
      try expectClose(normal(key, shape), g["normal_\(seed)_\(name)"], 1e-6, "normal \(name)")
      #expect(
        try randomIntegers(key, shape, low: 0, high: 1000).scalars(Int64.self) == g["randint_0_1000_\(seed)_\(name)"].scalars(Int64.self))
    }
    #expect(try permutation(key, 50).scalars(Int64.self) == g["permutation_\(seed)_50"].scalars(Int64.self))
    #expect(try bernoulli(key, [100], p: 0.1).scalars(Bool.self) == g["bernoulli_0.1_\(seed)_100"].cast(to: .bool).scalars(Bool.self))
  }
}
