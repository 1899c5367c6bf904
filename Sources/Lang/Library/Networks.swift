// What networks are made of.

import Tensor

extension Library {
  static let networks = Library("Networks", [
    Builtin(
      "matmul(a, b)",
      """
      the matrix product, batched; `a @ b`

      [..., n, k] times [..., k, m]: the last axis of a and the one before the last of b are summed; axes before them broadcast.
      """,
      example: "matmul(eye(2), ones([2, 3]))",
      fails: [.shape("matmul(ones([2, 3]), ones([2, 3]))", "matmul: inner sizes differ: 3 (axis 1) and 2 (axis 0)")],
      see: ["einsum"]
    ) { call in
      .tensor(try Tensor::matmul(call.tensor("a"), call.tensor("b")))
    },
    Builtin(
      "einsum(spec, ...tensors)",
      """
      products and sums in Einstein's notation: letters missing from the result are summed

      One letter an axis, a comma between tensors, the result's letters behind `->`. "ij,jk->ik" is the matrix product,
      "bhqd,bhkd->bhqk" attention's scores, "ii" the trace, "ij->ji" the transpose. A letter that stands in several places
      has one size; without `->` the letters that stand once, in alphabetical order, are the result's.
      """,
      example: "einsum(\"ij,jk->ik\", eye(2), ones([2, 3]))",
      fails: [
        .shape("einsum(\"ij,jk->ik\", eye(2), ones([3, 2]))", "einsum: \"j\" has sizes 2 and 3"),
        .value("einsum(\"ij,jk->ik\", eye(2))", "einsum: \"ij,jk->ik\" names 2 operands, 1 are given"),
      ],
      see: ["matmul", "sum"]
    ) { call in
      let tensors = try call.rest.map { value in
        guard let tensor = try value.asTensor() else {
          throw call.error(.type, "\(value.kindInWords) is no tensor")
        }
        return tensor
      }
      return .tensor(try Tensor::einsum(call.string("spec"), tensors))
    },
    Builtin(
      "softmax(x, axis = -1)", "exponentials that sum to one along an axis",
      example: "softmax([1, 2, 3])",
      fails: [.index("softmax([1, 2, 3], axis = 1)", "softmax: axis 1 is outside -1 ... 0")],
      see: ["log_softmax", "cross_entropy"]
    ) { call in
      .tensor(try Tensor::softmax(call.tensor("x"), axis: call.integer("axis")))
    },
    Builtin(
      "log_softmax(x, axis = -1)", "the logarithm of softmax, without overflow",
      example: "log_softmax([1, 2, 3])",
      fails: [.index("log_softmax([1, 2, 3], axis = 1)", "log_softmax: axis 1 is outside -1 ... 0")]
    ) { call in
      let x = try call.tensor("x")
      return .tensor(try x - logSumExp(x, axes: [call.integer("axis")], keepDims: true))
    },
    Builtin(
      "layer_norm(x, weight = none, bias = none, eps = 1e-5)",
      """
      the last axis to mean 0 and variance 1

      `weight` and `bias`, as long as the last axis, scale and shift the result; `eps` is added to the variance.
      """,
      example: "layer_norm([1, 2, 3])",
      fails: [
        .shape("layer_norm([1, 2, 3], [1, 1])", "layer_norm: sizes differ: 3 (axis 0) and 2 (axis 0)"),
      ],
      see: ["rms_norm"]
    ) { call in
      .tensor(try layerNorm(
        call.tensor("x"), weight: call.optionalTensor("weight"), bias: call.optionalTensor("bias"), eps: call.number("eps")))
    },
    Builtin(
      "rms_norm(x, weight = none, eps = 1e-6)",
      """
      the last axis divided by its root mean square

      `weight`, as long as the last axis, scales the result; `eps` is added to the mean of squares.
      """,
      example: "rms_norm([3, 4])",
      fails: [.shape("rms_norm([3, 4], [1, 1, 1])", "rms_norm: sizes differ: 2 (axis 0) and 3 (axis 0)")],
      see: ["layer_norm"]
    ) { call in
      let x = try call.tensor("x")
      let weight = try call.optionalTensor("weight") ?? Tensor.ones([x.shape.last ?? 1], dtype: x.dtype)
      return .tensor(try rmsNorm(x, weight: weight, eps: call.number("eps")))
    },
    Builtin(
      "attention(q, k, v)",
      """
      softmax(q k' / sqrt(d)) v over [..., tokens, d]

      q is [..., t, d], k [..., s, d], v [..., s, e], the result [..., t, e]; axes before the last two, of batch and heads,
      broadcast. Where all three are float32 of one shape the matrix of scores is never made. There is no mask.
      """,
      example: "attention(ones([4, 8]), ones([4, 8]), ones([4, 8])).shape",
      fails: [
        .shape("attention(ones([4, 8]), ones([4, 6]), ones([4, 8]))", "attention: queries and keys differ in size: 8 and 6 (last axis)"),
      ],
      see: ["softmax", "einsum"]
    ) { call in
      .tensor(try Tensor::attention(call.tensor("q"), call.tensor("k"), call.tensor("v")))
    },
    Builtin(
      "embedding(table, indices)", "rows of a table",
      example: "embedding(eye(3), [2, 0])",
      fails: [
        .index("embedding(eye(3), [2, 3])", "embedding: index 3 is outside axis 0 of size 3"),
        .type("embedding(eye(3), [0.5])", "embedding: `indices` holds 0.5; expected whole numbers"),
      ]
    ) { call in
      .tensor(try Tensor::take(call.tensor("table"), call.indices("indices")))
    },
    Builtin(
      "one_hot(labels, classes)",
      """
      rows with a one at the label

      [...] whole numbers give [..., classes]; a label outside 0 to classes - 1 gives a row of zeros, as in JAX.
      """,
      example: "one_hot([1, 0], 3)",
      fails: [.argument("one_hot([1, 0])", "one_hot needs `classes`")]
    ) { call in
      .tensor(try oneHot(call.indices("labels"), classes: call.integer("classes", in: 1...1 << 30)))
    },
    Builtin(
      "cross_entropy(logits, labels)",
      """
      mean of -log softmax at the labels

      `logits` are [..., classes], `labels` whole numbers [...].
      """,
      example: "cross_entropy([[2, 0], [0, 2]], [0, 1])",
      fails: [
        .index("cross_entropy([[2, 0], [0, 2]], [0, 2])", "cross_entropy: index 2 is outside axis 1 of size 2"),
      ],
      see: ["log_softmax", "mse"]
    ) { call in
      let logits = try call.tensor("logits")
      let labels = try call.indices("labels")
      // Computed now, so that a label without a logit is an error here.
      let picked = try takeAlong(logits, labels.expanded(-1).evaluated(), axis: -1).squeezed(-1)
      return .tensor(try Tensor::mean(logSumExp(logits, axes: [-1]) - picked))
    },
    Builtin(
      "mse(a, b)", "the mean squared difference",
      example: "mse([1, 2], [1, 4])",
      fails: [.shape("mse([1, 2], [1, 2, 3])", "mse: sizes differ: 2 (axis 0) and 3 (axis 0)")]
    ) { call in
      let difference = try call.tensor("a") - call.tensor("b")
      return .tensor(try Tensor::mean(difference * difference))
    },
    Builtin(
      "eigh(x)",
      """
      eigenvalues and vectors of a symmetric matrix, float64

      [values, vectors]: values ascend, vectors[:, i] belongs to values[i].
      """,
      example: "eigh([[2, 0], [0, 3]])[0]",
      fails: [.shape("eigh([[1, 2, 3], [4, 5, 6]])", "eigh: needs a square matrix")]
    ) { call in
      let (values, vectors) = try Tensor::eigh(call.tensor("x"))
      return .list([.tensor(values), .tensor(vectors)])
    },
  ])
}
