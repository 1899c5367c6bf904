// Random numbers: threefry keys as in JAX 0.4.27, and the session's own stream.

import Tensor

extension Library {
  static let random = Library("Random", [
    Builtin("key(seed)", "a random key", example: "key(99)") { call in .key(RandomKey(seed: try call.integer("seed"))) },
    Builtin("split_key(key, n = 2)", "independent keys", example: "split_key(key(0), 3)") { call in
      .list(try call.key("key").split(call.integer("n", in: 1...1 << 24)).map { .key($0) })
    },
    Builtin("fold_in(key, i)", "a key for the number i", example: "fold_in(key(0), 7)") { call in
      .key(try call.key("key").folded(in: call.integer("i")))
    },
    Builtin("key_data(key)", "the key's two words", example: "key_data(key(99))") { call in
      let key = try call.key("key")
      return .list([.number(Double(key.high)), .number(Double(key.low))])
    },
    Builtin("normal(key, shape, dtype = \"float32\")", "standard normal numbers", example: "normal(key(0), [2, 2])") { call in
      let dtype = try call.dtype("dtype")
      guard dtype.isFloating else {
        throw call.error(.value, "`dtype` is \"\(dtype)\"; normal numbers have fractions", argument: "dtype", hint: "`randint` gives whole numbers")
      }
      return .tensor(try Tensor::normal(call.key("key"), call.legal(call.shape("shape")), dtype: dtype))
    },
    Builtin("uniform(key, shape, low = 0, high = 1)", "numbers from low up to high", example: "uniform(key(0), [3])") { call in
      .tensor(try Tensor::uniform(
        call.key("key"), call.legal(call.shape("shape")), low: call.number("low"), high: call.number("high")))
    },
    Builtin("randint(key, shape, low, high)", "whole numbers from low to below high", example: "randint(key(0), [4], 0, 10)") { call in
      .tensor(try randomIntegers(
        call.key("key"), call.legal(call.shape("shape")), low: call.integer("low"), high: call.integer("high")))
    },
    Builtin("permutation(key, n)", "0 to n - 1 in random order", example: "permutation(key(0), 5)") { call in
      .tensor(try Tensor::permutation(call.key("key"), call.integer("n", in: 0...1 << 31)))
    },
    Builtin("bernoulli(key, shape, p = 0.5)", "true with probability p", example: "bernoulli(key(0), [4], 0.5)") { call in
      let p = try call.number("p")
      guard p >= 0, p <= 1 else { throw call.error(.value, "`p` is \(p.shown); expected a probability from 0 to 1", argument: "p") }
      return .tensor(try Tensor::bernoulli(call.key("key"), call.legal(call.shape("shape")), p: p))
    },
    Builtin("randn(...shape)", "standard normal numbers of the session's stream", example: "randn(2, 2).shape") { call in
      .tensor(try Tensor::normal(call.session.nextKey(), call.sizes()))
    },
    Builtin("rand(...shape)", "numbers from 0 to 1 of the session's stream", example: "rand(3).shape") { call in
      .tensor(try Tensor::uniform(call.session.nextKey(), call.sizes()))
    },
    Builtin("seed(n)", "start the session's stream anew", example: "seed(0)") { call in
      call.session.reseed(try call.integer("n"))
      return .none
    },
  ])
}
