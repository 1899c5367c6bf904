// What networks are made of.

import Tensor

extension Library {
  static let networks = Library("Networks", [
    Builtin("matmul(a, b)", "the matrix product, batched; `a @ b`", example: "matmul(eye(2), ones([2, 3]))") { call in
      .tensor(try Tensor::matmul(call.tensor("a"), call.tensor("b")))
    },
    Builtin(
      "einsum(spec, ...tensors)", "products and sums in Einstein's notation: letters missing from the result are summed",
      example: "einsum(\"ij,jk->ik\", eye(2), ones([2, 3]))"
    ) { call in
      let tensors = try call.rest.map { value in
        guard let tensor = try value.asTensor() else {
          throw call.error(.type, "\(value.kindInWords) is no tensor")
        }
        return tensor
      }
      return .tensor(try Tensor::einsum(call.string("spec"), tensors))
    },
    Builtin("softmax(x, axis = -1)", "exponentials that sum to one along an axis", example: "softmax([1, 2, 3])") { call in
      .tensor(try Tensor::softmax(call.tensor("x"), axis: call.integer("axis")))
    },
    Builtin("log_softmax(x, axis = -1)", "the logarithm of softmax, without overflow", example: "log_softmax([1, 2, 3])") { call in
      let x = try call.tensor("x")
      return .tensor(try x - logSumExp(x, axes: [call.integer("axis")], keepDims: true))
    },
    Builtin("layer_norm(x, weight = none, bias = none, eps = 1e-5)", "the last axis to mean 0 and variance 1", example: "layer_norm([1, 2, 3])") { call in
      .tensor(try layerNorm(
        call.tensor("x"), weight: call.optionalTensor("weight"), bias: call.optionalTensor("bias"), eps: call.number("eps")))
    },
    Builtin("rms_norm(x, weight = none, eps = 1e-6)", "the last axis divided by its root mean square", example: "rms_norm([3, 4])") { call in
      let x = try call.tensor("x")
      let weight = try call.optionalTensor("weight") ?? Tensor.ones([x.shape.last ?? 1], dtype: x.dtype)
      return .tensor(try rmsNorm(x, weight: weight, eps: call.number("eps")))
    },
    Builtin("attention(q, k, v)", "softmax(q k' / sqrt(d)) v over [..., tokens, d]", example: "attention(ones([4, 8]), ones([4, 8]), ones([4, 8])).shape") { call in
      .tensor(try Tensor::attention(call.tensor("q"), call.tensor("k"), call.tensor("v")))
    },
    Builtin("embedding(table, indices)", "rows of a table", example: "embedding(eye(3), [2, 0])") { call in
      .tensor(try Tensor::take(call.tensor("table"), call.indices("indices")))
    },
    Builtin("one_hot(labels, classes)", "rows with a one at the label", example: "one_hot([1, 0], 3)") { call in
      .tensor(try oneHot(call.indices("labels"), classes: call.integer("classes", in: 1...1 << 30)))
    },
    Builtin("cross_entropy(logits, labels)", "mean of -log softmax at the labels", example: "cross_entropy([[2, 0], [0, 2]], [0, 1])") { call in
      let logits = try call.tensor("logits")
      let labels = try call.indices("labels")
      // Computed now, so that a label without a logit is an error here.
      let picked = try takeAlong(logits, labels.expanded(-1).evaluated(), axis: -1).squeezed(-1)
      return .tensor(try Tensor::mean(logSumExp(logits, axes: [-1]) - picked))
    },
    Builtin("mse(a, b)", "the mean squared difference", example: "mse([1, 2], [1, 4])") { call in
      let difference = try call.tensor("a") - call.tensor("b")
      return .tensor(try Tensor::mean(difference * difference))
    },
    Builtin("eigh(x)", "eigenvalues and vectors of a symmetric matrix, float64", example: "eigh([[2, 0], [0, 3]])[0]") { call in
      let (values, vectors) = try Tensor::eigh(call.tensor("x"))
      return .list([.tensor(values), .tensor(vectors)])
    },
  ])
}
