// Random numbers: threefry keys as in JAX 0.4.27, and the session's own stream.

import Tensor

extension Library {
  static let random = Library("Random", [
    Builtin(
      "key(seed)",
      """
      a random key

      Random functions take a key and give the same numbers for the same key, bit for bit those of JAX 0.4.27. Use a key
      once: `split_key` makes new ones.
      """,
      example: "key(99)",
      fails: [.value("key(0.5)", "key: `seed` is 0.5; expected a whole number")],
      see: ["split_key", "fold_in", "normal", "seed"]
    ) { call in .key(RandomKey(seed: try call.integer("seed"))) },
    Builtin(
      "split_key(key, n = 2)", "independent keys",
      example: "split_key(key(0), 3)",
      fails: [.type("split_key(7)", "split_key: `key` is a number; expected a key")],
      see: ["key", "fold_in"]
    ) { call in
      .list(try call.key("key").split(call.integer("n", in: 1...1 << 24)).map { .key($0) })
    },
    Builtin(
      "fold_in(key, i)",
      """
      a key for the number i

      For loops: `fold_in(k, step)` is a new key each step, and the same one when the step is run again.
      """,
      example: "fold_in(key(0), 7)",
      fails: [.type("fold_in(7, key(0))", "fold_in: `key` is a number; expected a key")]
    ) { call in
      .key(try call.key("key").folded(in: call.integer("i")))
    },
    Builtin(
      "key_data(key)", "the key's two words",
      example: "key_data(key(99))",
      fails: [.type("key_data(99)", "key_data: `key` is a number; expected a key")]
    ) { call in
      let key = try call.key("key")
      return .list([.number(Double(key.high)), .number(Double(key.low))])
    },
    Builtin(
      "normal(key, shape, dtype = \"float32\")", "standard normal numbers",
      example: "normal(key(0), [2, 2])",
      fails: [
        .type("normal(0, [2, 2])", "normal: `key` is a number; expected a key"),
        .argument("normal([2, 2])", "normal needs `shape`"),
      ],
      see: ["uniform", "randn", "key"]
    ) { call in
      let dtype = try call.dtype("dtype")
      guard dtype.isFloating else {
        throw call.error(.value, "`dtype` is \"\(dtype)\"; normal numbers have fractions", argument: "dtype", hint: "`randint` gives whole numbers")
      }
      return .tensor(try Tensor::normal(call.key("key"), call.legal(call.shape("shape")), dtype: dtype))
    },
    Builtin(
      "uniform(key, shape, low = 0, high = 1)", "numbers from low up to high",
      example: "uniform(key(0), [3])",
      fails: [.type("uniform(key(0), \"3\")", "uniform: `shape` is a string; expected a list of whole numbers")],
      see: ["normal", "rand", "randint"]
    ) { call in
      .tensor(try Tensor::uniform(
        call.key("key"), call.legal(call.shape("shape")), low: call.number("low"), high: call.number("high")))
    },
    Builtin(
      "randint(key, shape, low, high)", "whole numbers from low to below high",
      example: "randint(key(0), [4], 0, 10)",
      fails: [
        .value("randint(key(0), [4], 10, 0)", "randint: there is no whole number from 10 to below 0"),
        .argument("randint(key(0), [4], 10)", "randint needs `high`"),
      ]
    ) { call in
      .tensor(try randomIntegers(
        call.key("key"), call.legal(call.shape("shape")), low: call.integer("low"), high: call.integer("high")))
    },
    Builtin(
      "permutation(key, n)", "0 to n - 1 in random order",
      example: "permutation(key(0), 5)",
      fails: [.type("permutation(key(0), [1, 2])", "permutation: `n` is a list; expected a number")]
    ) { call in
      .tensor(try Tensor::permutation(call.key("key"), call.integer("n", in: 0...1 << 31)))
    },
    Builtin(
      "bernoulli(key, shape, p = 0.5)", "true with probability p",
      example: "bernoulli(key(0), [4], 0.5)",
      fails: [
        .type("bernoulli(key(0), \"4\", 0.5)", "bernoulli: `shape` is a string; expected a list of whole numbers"),
      ]
    ) { call in
      let p = try call.number("p")
      guard p >= 0, p <= 1 else { throw call.error(.value, "`p` is \(p.shown); expected a probability from 0 to 1", argument: "p") }
      return .tensor(try Tensor::bernoulli(call.key("key"), call.legal(call.shape("shape")), p: p))
    },
    Builtin(
      "randn(...shape)",
      """
      standard normal numbers of the session's stream

      Every call gives new numbers; `seed(n)` and `--seed n` start the stream anew.
      """,
      example: "randn(2, 2).shape",
      fails: [
        .value("randn(2, -2)", "randn: the shape [2, -2] has a negative size"),
        .type("randn(\"2\")", "randn: `shape` is a string; expected a list of whole numbers"),
      ],
      see: ["normal", "rand", "seed"]
    ) { call in
      .tensor(try Tensor::normal(call.session.nextKey(), call.sizes()))
    },
    Builtin(
      "rand(...shape)", "numbers from 0 to 1 of the session's stream",
      example: "rand(3).shape",
      fails: [.type("rand(0.5)", "rand: `shape` holds 0.5; expected whole numbers")],
      see: ["uniform", "randn", "seed"]
    ) { call in
      .tensor(try Tensor::uniform(call.session.nextKey(), call.sizes()))
    },
    Builtin(
      "seed(n)", "start the session's stream anew",
      example: "seed(0)",
      fails: [.type("seed(\"7\")", "seed: `n` is a string; expected a number")],
      see: ["key", "randn"]
    ) { call in
      call.session.reseed(try call.integer("n"))
      return .none
    },
  ])
}
