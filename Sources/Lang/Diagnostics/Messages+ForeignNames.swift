// Names of other languages and libraries, with what they are here.

extension Messages {
  /// Names of arguments in NumPy, PyTorch and Python; only where the function has the other one.
  static let foreignArguments = [
    "dim": "axis", "dims": "axis", "keepdim": "keepdims", "keep_dims": "keepdims", "key": "by", "reverse": "descending",
    "cmp": "by", "size": "shape", "prob": "p", "correction": "ddof", "delimiter": "separator", "eps": "atol",
    "num_classes": "classes", "minval": "low", "maxval": "high", "num": "n",
  ]

  /// Read as "here that is `...`".
  static let foreignNames = [
    // Words and constants
    "True": "true", "False": "false", "None": "none", "null": "none", "nil": "none", "nothing": "none",
    "undefined": "none", "NaN": "nan", "Inf": "inf", "Infinity": "inf", "elif": "else if", "def": "fn", "function": "fn",
    "func": "fn", "lambda": "x -> ...", "let": "x = ...", "var": "x = ...", "pass": "{ }",
    "raise": "fail(\"message\")", "throw": "fail(\"message\")", "error": "fail(\"message\")",
    "Exception": "fail(\"message\")", "quit": "exit()",
    // Text
    "println": "print", "echo": "print", "puts": "print", "printf": "print(f\"{x:.3f}\")", "sprintf": "f\"{x:.3f}\"",
    "format": "f\"{x:.3f}\"", "strip": "trim", "startswith": "starts_with", "startsWith": "starts_with",
    "endswith": "ends_with", "endsWith": "ends_with", "toupper": "upper", "uppercase": "upper", "tolower": "lower",
    "lowercase": "lower", "string": "str", "repr": "str", "float": "num", "input": "env or args", "open": "read_text",
    // Lists and records
    "length": "len", "size": "len(x), or x.size", "push": "xs = append(xs, x)", "extend": "xs + ys",
    "pop": "xs[:-1]", "insert": "[...xs[:i], x, ...xs[i:]]", "array": "tensor", "asarray": "tensor", "dict": "{}",
    "items": "for name in r { r[name] }", "isinstance": "type(x)", "typeof": "type", "pow": "x^y",
    // Tensors
    "concatenate": "concat", "cat": "concat", "hstack": "concat", "vstack": "stack", "view": "reshape",
    "expand_dims": "unsqueeze", "astype": "cast", "dot": "a @ b", "detach": "stop_gradient", "numpy": "tolist",
    "backward": "grad(f)", "relu6": "clip(x, 0, 6)", "log10": "log(x) / log(10)", "log2": "log(x) / log(2)",
    "iota": "arange", "swapaxes": "transpose", "ndim": "x.ndim", "shape": "x.shape",
  ]
}
