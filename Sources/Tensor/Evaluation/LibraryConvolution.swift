// oneDNN's convolution, forward and both backward directions. Activations stay [n, h, w, c]; the library chooses the
// kernel's layout, and the kernel is reordered to it at each call (it is small beside the images). Primitives and their
// memory objects are kept by form, as in MatrixProduct.swift; calls are serial (the evaluator's lock).

import COneDNN
import Synchronization

/// A convolution of one form, ready to run on any memory.
final class LibraryConvolution: @unchecked Sendable {
  private struct Form: Hashable {
    let part: Convolution.Part
    let windows: Windows
    let batch: Int, channels: Int, outputs: Int
    let dtype: DType
    /// Of the part computed: float32, or that of the parts given.
    let result: DType
  }

  /// One of the three parts: memory as users have it, and as the library wants it where that differs.
  private struct Slot {
    let argument: Int32
    let memory: dnnl_memory_t
    var inner: dnnl_memory_t?
    var reorder: dnnl_primitive_t?
  }

  private struct Library: @unchecked Sendable {
    var engine: dnnl_engine_t?
    var stream: dnnl_stream_t?
    var threads = 0
    var convolutions: [Form: LibraryConvolution] = [:]
  }

  private static let library = Mutex(Library())

  private let part: Convolution.Part
  private var primitive: dnnl_primitive_t?
  /// Image, kernel, output.
  private var slots: [Slot] = []

  /// Computes a part from the two others, all row-major.
  static func run(
    _ part: Convolution.Part, _ windows: Windows, _ a: NDArray, _ b: NDArray, _ result: NDArray
  ) throws {
    var arrays = [a, b]
    arrays.insert(result, at: part.rawValue)
    let form = Form(
      part: part, windows: windows, batch: arrays[0].shape[0], channels: arrays[0].shape[3],
      outputs: arrays[2].shape[3], dtype: a.dtype, result: result.dtype)
    try library.withLock { library in
      // Products keep count of the threads for themselves: what they set is put back.
      let former = omp_get_max_threads()
      defer { omp_set_num_threads(former) }
      omp_set_num_threads(Int32(Threads.count))
      if library.threads != Threads.count {
        // A primitive fixes its split of the work when it is made.
        library.convolutions = [:]
        library.threads = Threads.count
      }
      if library.engine == nil {
        try check(dnnl_engine_create(&library.engine, dnnl_cpu, 0), form)
        try check(dnnl_stream_create(&library.stream, library.engine, dnnl_stream_default_flags.rawValue), form)
      }
      let convolution: LibraryConvolution
      if let known = library.convolutions[form] {
        convolution = known
      } else {
        convolution = try LibraryConvolution(form, engine: library.engine)
        if library.convolutions.count > 1024 { library.convolutions = [:] }
        library.convolutions[form] = convolution
      }
      try convolution.execute(form, library.stream, arrays.map(\.pointer))
    }
  }

  private init(_ form: Form, engine: dnnl_engine_t?) throws {
    part = form.part
    let outer = Self.descriptions(form)
    var wanted = outer
    var anyKernel = wanted[1]
    try Self.check(
      dnnl_memory_desc_init_by_tag(&anyKernel, 4, Self.kernelShape(form), anyKernel.data_type, dnnl_format_tag_any), form)
    wanted[1] = anyKernel
    let description = try Self.primitiveDescription(form, wanted, engine)
    defer { dnnl_primitive_desc_destroy(description) }
    try Self.check(dnnl_primitive_create(&primitive, description), form)

    let queries: [dnnl_query_t] = [
      part == .image ? dnnl_query_diff_src_md : dnnl_query_src_md,
      part == .kernel ? dnnl_query_diff_weights_md : dnnl_query_weights_md,
      part == .output ? dnnl_query_dst_md : dnnl_query_diff_dst_md,
    ]
    let arguments = [
      part == .image ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC,
      part == .kernel ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS,
      part == .output ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST,
    ]
    for index in 0..<3 {
      var description = outer[index]
      var memory: dnnl_memory_t?
      // No memory is bound yet: DNNL_MEMORY_NONE is a null handle.
      try Self.check(dnnl_memory_create(&memory, &description, engine, nil), form)
      guard let memory else { throw Self.failure(form, "no memory object") }
      slots.append(Slot(argument: Int32(arguments[index]), memory: memory))
      guard let chosen = dnnl_primitive_desc_query_md(self.primitiveDescription, queries[index], 0),
        dnnl_memory_desc_equal(chosen, &description) == 0
      else { continue }
      try addReorder(to: index, chosen, form, engine)
    }
  }

  /// The description the primitive was made from, owned by it.
  private var primitiveDescription: const_dnnl_primitive_desc_t? {
    var description: const_dnnl_primitive_desc_t?
    dnnl_primitive_get_primitive_desc(primitive, &description)
    return description
  }

  /// Memory in the library's layout, and the copy into or out of it.
  private func addReorder(
    to index: Int, _ chosen: UnsafePointer<dnnl_memory_desc_t>, _ form: Form, _ engine: dnnl_engine_t?
  ) throws {
    // DNNL_MEMORY_ALLOCATE: the library owns the memory.
    try Self.check(
      dnnl_memory_create(&slots[index].inner, chosen, engine, UnsafeMutableRawPointer(bitPattern: -1)), form)
    var outer: UnsafePointer<dnnl_memory_desc_t>?
    try Self.check(dnnl_memory_get_memory_desc(slots[index].memory, &outer), form)
    let isResult = index == part.rawValue
    var reorder: dnnl_primitive_desc_t?
    try Self.check(
      dnnl_reorder_primitive_desc_create(
        &reorder, isResult ? chosen : outer, engine, isResult ? outer : chosen, engine, nil), form)
    defer { dnnl_primitive_desc_destroy(reorder) }
    try Self.check(dnnl_primitive_create(&slots[index].reorder, reorder), form)
  }

  deinit {
    for slot in slots {
      dnnl_memory_destroy(slot.memory)
      if let inner = slot.inner { dnnl_memory_destroy(inner) }
      if let reorder = slot.reorder { dnnl_primitive_destroy(reorder) }
    }
    if let primitive { dnnl_primitive_destroy(primitive) }
  }

  private func execute(_ form: Form, _ stream: dnnl_stream_t?, _ memory: [UnsafeMutableRawPointer]) throws {
    for (slot, pointer) in zip(slots, memory) { try Self.check(dnnl_memory_set_data_handle(slot.memory, pointer), form) }
    func copy(_ slot: Slot, isResult: Bool) throws {
      guard let reorder = slot.reorder, let inner = slot.inner else { return }
      let arguments = [
        dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: isResult ? inner : slot.memory),
        dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: isResult ? slot.memory : inner),
      ]
      try Self.check(dnnl_primitive_execute(reorder, stream, 2, arguments), form)
    }
    for (index, slot) in slots.enumerated() where index != part.rawValue { try copy(slot, isResult: false) }
    let arguments = slots.map { dnnl_exec_arg_t(arg: $0.argument, memory: $0.inner ?? $0.memory) }
    try Self.check(dnnl_primitive_execute(primitive, stream, 3, arguments), form)
    try copy(slots[part.rawValue], isResult: true)
  }

  // MARK: Descriptions

  private static func kernelShape(_ form: Form) -> [Int64] {
    [form.outputs, form.channels, form.windows.size[0], form.windows.size[1]].map(Int64.init)
  }

  /// Image, kernel and output as users have them; the library counts axes [n, c, h, w] and [o, c, kh, kw].
  private static func descriptions(_ form: Form) -> [dnnl_memory_desc_t] {
    func type(_ index: Int) -> dnnl_data_type_t {
      (index == form.part.rawValue ? form.result : form.dtype) == .bfloat16 ? dnnl_bf16 : dnnl_f32
    }
    func images(_ channels: Int, _ size: [Int]) -> ([Int], [Int]) {
      ([form.batch, channels] + size, [size[0] * size[1] * channels, 1, size[1] * channels, channels])
    }
    let kernel = form.windows.size
    let forms = [
      images(form.channels, form.windows.image),
      (
        kernelShape(form).map(Int.init),
        [1, form.outputs, kernel[1] * form.channels * form.outputs, form.channels * form.outputs]
      ),
      images(form.outputs, form.windows.count),
    ]
    return forms.enumerated().map { index, form in
      let (shape, strides) = form
      var description = dnnl_memory_desc_t()
      dnnl_memory_desc_init_by_strides(&description, 4, shape.map(Int64.init), type(index), strides.map(Int64.init))
      return description
    }
  }

  private static func primitiveDescription(
    _ form: Form, _ memory: [dnnl_memory_desc_t], _ engine: dnnl_engine_t?
  ) throws -> dnnl_primitive_desc_t? {
    var memory = memory
    let stride = form.windows.stride.map(Int64.init)
    let before = form.windows.before.map(Int64.init), after = form.windows.after.map(Int64.init)
    var operation = dnnl_convolution_desc_t()
    func forward(_ memory: [dnnl_memory_desc_t]) throws -> dnnl_primitive_desc_t? {
      var memory = memory
      try check(
        dnnl_convolution_forward_desc_init(
          &operation, form.part == .output ? dnnl_forward_inference : dnnl_forward_training, dnnl_convolution_direct,
          &memory[0], &memory[1], nil, &memory[2], stride, before, after), form)
      var description: dnnl_primitive_desc_t?
      try check(dnnl_primitive_desc_create(&description, &operation, nil, engine, nil), form)
      return description
    }
    if form.part == .output { return try forward(memory) }
    // A hint of one type: no forward convolution takes a float32 part beside a bfloat16 one.
    let hint = try forward(
      memory.map { description in
        var uniform = description
        uniform.data_type = form.dtype == .bfloat16 ? dnnl_bf16 : dnnl_f32
        return uniform
      })
    defer { dnnl_primitive_desc_destroy(hint) }
    if form.part == .image {
      try check(
        dnnl_convolution_backward_data_desc_init(
          &operation, dnnl_convolution_direct, &memory[0], &memory[1], &memory[2], stride, before, after), form)
    } else {
      try check(
        dnnl_convolution_backward_weights_desc_init(
          &operation, dnnl_convolution_direct, &memory[0], &memory[1], nil, &memory[2], stride, before, after), form)
    }
    var description: dnnl_primitive_desc_t?
    try check(dnnl_primitive_desc_create(&description, &operation, nil, engine, hint), form)
    return description
  }

  private static func check(_ status: dnnl_status_t, _ form: Form) throws {
    if status != dnnl_success { throw failure(form, "the library answered \(status.rawValue)") }
  }

  private static func failure(_ form: Form, _ reason: String) -> TensorError {
    TensorError(
      .limit, "conv2d",
      [
        Operand(shape: [form.batch] + form.windows.image + [form.channels], dtype: form.dtype),
        Operand(shape: form.windows.size + [form.channels, form.outputs], dtype: form.dtype),
      ], "the convolution could not run: \(reason)")
  }
}
