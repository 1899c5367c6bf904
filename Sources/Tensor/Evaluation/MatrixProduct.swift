// oneDNN's matrix product. Pointers go to oneDNN here, in LibraryConvolution.swift and in PreparedConvolution.swift.
// Creating a primitive costs far more than a small product, so primitives and their memory objects are kept by
// shape and strides; calls are serial (the evaluator's lock), so one set of memory objects each is enough.

import COneDNN
import Synchronization

/// A [m, k] x [k, n] product with given strides, ready to run on any memory.
final class MatrixProduct: @unchecked Sendable {
  struct Form: Hashable {
    let m: Int, n: Int, k: Int
    /// Row and column strides of the two factors; of each pair one is 1.
    let a: [Int], b: [Int]
    let resultRow: Int
    let dtype: DType
    /// float32, or the factors' type.
    let result: DType
    /// Whether the product is added to what is there.
    var adds = false
  }

  private let primitive: dnnl_primitive_t
  private let a: dnnl_memory_t, b: dnnl_memory_t, result: dnnl_memory_t

  private struct Library: @unchecked Sendable {
    var engine: dnnl_engine_t?
    var stream: dnnl_stream_t?
    var threads = 0
    var products: [Form: MatrixProduct] = [:]
  }

  private static let library = Mutex(Library())

  /// Whether the library multiplies bfloat16 on this processor: below AVX-512 it does not.
  static let multipliesBFloat16: Bool = {
    let form = Form(m: 16, n: 16, k: 16, a: [16, 1], b: [16, 1], resultRow: 16, dtype: .bfloat16, result: .bfloat16)
    return withUnsafeTemporaryAllocation(byteCount: 3 * 512, alignment: 64) { memory in
      guard let base = memory.baseAddress else { return false }
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      return (try? run(form, a: base, b: base + 512, result: base + 1024)) != nil
    }
  }()

  /// The product of a form, from the cache or made now.
  static func run(
    _ form: Form, a: UnsafeMutableRawPointer, b: UnsafeMutableRawPointer, result: UnsafeMutableRawPointer
  ) throws {
    try library.withLock { library in
      let threads = Threads.count
      if library.threads != threads {
        // A primitive fixes its split of the work when it is made.
        omp_set_num_threads(Int32(threads))
        library.products = [:]
        library.threads = threads
      }
      if library.engine == nil {
        try check(dnnl_engine_create(&library.engine, dnnl_cpu, 0), form)
        try check(dnnl_stream_create(&library.stream, library.engine, dnnl_stream_default_flags.rawValue), form)
      }
      let product: MatrixProduct
      if let known = library.products[form] {
        product = known
      } else {
        product = try MatrixProduct(form, engine: library.engine)
        if library.products.count > 4096 { library.products = [:] }
        library.products[form] = product
      }
      try product.execute(form, stream: library.stream, a, b, result)
    }
  }

  private init(_ form: Form, engine: dnnl_engine_t?) throws {
    func type(_ dtype: DType) -> dnnl_data_type_t { dtype == .bfloat16 ? dnnl_bf16 : dnnl_f32 }
    var descriptions = [dnnl_memory_desc_t](repeating: dnnl_memory_desc_t(), count: 3)
    let forms: [([Int], [Int], DType)] = [
      ([form.m, form.k], form.a, form.dtype), ([form.k, form.n], form.b, form.dtype),
      ([form.m, form.n], [form.resultRow, 1], form.result),
    ]
    for (index, (shape, strides, dtype)) in forms.enumerated() {
      try Self.check(
        dnnl_memory_desc_init_by_strides(
          &descriptions[index], 2, shape.map(Int64.init), type(dtype), strides.map(Int64.init)), form)
    }
    var operation = dnnl_matmul_desc_t()
    try Self.check(
      dnnl_matmul_desc_init(&operation, &descriptions[0], &descriptions[1], nil, &descriptions[2]), form)
    var steps: dnnl_post_ops_t?, attributes: dnnl_primitive_attr_t?
    try Self.check(dnnl_post_ops_create(&steps), form)
    defer { dnnl_post_ops_destroy(steps) }
    if form.adds { try Self.check(dnnl_post_ops_append_sum(steps, 1), form) }
    try Self.check(dnnl_primitive_attr_create(&attributes), form)
    defer { dnnl_primitive_attr_destroy(attributes) }
    try Self.check(dnnl_primitive_attr_set_post_ops(attributes, steps), form)
    var description: dnnl_primitive_desc_t?
    try Self.check(dnnl_primitive_desc_create(&description, &operation, attributes, engine, nil), form)
    defer { dnnl_primitive_desc_destroy(description) }
    var primitive: dnnl_primitive_t?
    try Self.check(dnnl_primitive_create(&primitive, description), form)
    var memories: [dnnl_memory_t] = []
    for index in 0..<3 {
      var memory: dnnl_memory_t?
      // No memory is bound yet: DNNL_MEMORY_NONE is a null handle.
      try Self.check(dnnl_memory_create(&memory, &descriptions[index], engine, nil), form)
      if let memory { memories.append(memory) }
    }
    guard let primitive, memories.count == 3 else { throw Self.failure(form, "no primitive") }
    self.primitive = primitive
    (a, b, result) = (memories[0], memories[1], memories[2])
  }

  deinit {
    for memory in [a, b, result] { dnnl_memory_destroy(memory) }
    dnnl_primitive_destroy(primitive)
  }

  private func execute(
    _ form: Form, stream: dnnl_stream_t?, _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer,
    _ result: UnsafeMutableRawPointer
  ) throws {
    try Self.check(dnnl_memory_set_data_handle(self.a, a), form)
    try Self.check(dnnl_memory_set_data_handle(self.b, b), form)
    try Self.check(dnnl_memory_set_data_handle(self.result, result), form)
    let arguments = [
      dnnl_exec_arg_t(arg: DNNL_ARG_SRC, memory: self.a),
      dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS, memory: self.b),
      dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: self.result),
    ]
    try Self.check(dnnl_primitive_execute(primitive, stream, 3, arguments), form)
  }

  private static func check(_ status: dnnl_status_t, _ form: Form) throws {
    if status != dnnl_success { throw failure(form, "the library answered \(status.rawValue)") }
  }

  private static func failure(_ form: Form, _ reason: String) -> TensorError {
    TensorError(
      .limit, "matmul",
      [
        Operand(shape: [form.m, form.k], dtype: form.dtype),
        Operand(shape: [form.k, form.n], dtype: form.dtype),
      ], "the matrix product could not run: \(reason)")
  }
}
