// oneDNN's convolution with a fixed kernel, for ConvolutionLayer: the kernel is reordered once into the layout that the
// library chooses for it, and bias, sum and ReLU are its post-operations. Calls are serial (the evaluator's lock).

import COneDNN
import Synchronization

/// What a layer's kernel became, by the form of the images; kept in the layer.
struct PreparedConvolutions: Sendable {
  struct Form: Hashable {
    let windows: Windows
    let batch: Int
    let dtype: DType
    let adds: Bool
    /// A primitive fixes its split of the work when it is made.
    let threads: Int
  }

  fileprivate var convolutions: [Form: PreparedConvolution] = [:]
  /// The kernel in the layouts chosen so far, shared by forms.
  fileprivate var kernels: [LibraryMemory] = []

  /// So many forms are kept: a network sees few sizes of images.
  fileprivate static let most = 16
}

/// A memory object, freed with its owner.
private final class LibraryMemory: @unchecked Sendable {
  enum Place {
    /// Memory of the library's own.
    case allocated
    /// None before the handle is set.
    case unbound
    /// An array's, which stays alive here.
    case on(NDArray)
  }

  let memory: dnnl_memory_t
  private let place: Place

  init(_ description: UnsafePointer<dnnl_memory_desc_t>, _ engine: dnnl_engine_t?, _ place: Place) throws {
    let handle: UnsafeMutableRawPointer? =
      switch place {
      // DNNL_MEMORY_ALLOCATE and DNNL_MEMORY_NONE, which Swift does not see.
      case .allocated: UnsafeMutableRawPointer(bitPattern: -1)
      case .unbound: nil
      case .on(let array): array.pointer
      }
    var memory: dnnl_memory_t?
    try PreparedConvolution.check(dnnl_memory_create(&memory, description, engine, handle))
    guard let memory else { throw PreparedConvolution.failure("no memory object") }
    self.memory = memory
    self.place = place
  }

  deinit { dnnl_memory_destroy(memory) }

  var description: UnsafePointer<dnnl_memory_desc_t>? {
    var description: UnsafePointer<dnnl_memory_desc_t>?
    dnnl_memory_get_memory_desc(memory, &description)
    return description
  }
}

/// One layer on images of one form.
private final class PreparedConvolution: @unchecked Sendable {
  private struct Library: @unchecked Sendable {
    var engine: dnnl_engine_t?
    var stream: dnnl_stream_t?
  }

  private static let library = Mutex(Library())

  private let primitive: dnnl_primitive_t
  private let kernel: LibraryMemory, bias: LibraryMemory
  private let image: LibraryMemory, residual: LibraryMemory?, output: LibraryMemory

  static func run(
    _ layer: ConvolutionLayer, _ x: NDArray, _ residual: NDArray?, _ windows: Windows, into result: NDArray
  ) throws {
    let form = PreparedConvolutions.Form(
      windows: windows, batch: x.shape[0], dtype: x.dtype, adds: residual != nil, threads: Threads.count)
    try library.withLock { library in
      // Products keep count of the threads for themselves: what they set is put back.
      let former = omp_get_max_threads()
      defer { omp_set_num_threads(former) }
      omp_set_num_threads(Int32(form.threads))
      if library.engine == nil {
        try check(dnnl_engine_create(&library.engine, dnnl_cpu, 0))
        try check(dnnl_stream_create(&library.stream, library.engine, dnnl_stream_default_flags.rawValue))
      }
      let convolution = try layer.prepared.withLock { prepared in
        if let known = prepared.convolutions[form] { return known }
        if prepared.convolutions.count >= PreparedConvolutions.most { prepared = PreparedConvolutions() }
        let made = try PreparedConvolution(form, layer, &prepared.kernels, library.engine, library.stream)
        prepared.convolutions[form] = made
        return made
      }
      try convolution.execute(library.stream, x.pointer, residual?.pointer, result.pointer)
    }
  }

  private init(
    _ form: PreparedConvolutions.Form, _ layer: ConvolutionLayer, _ kernels: inout [LibraryMemory],
    _ engine: dnnl_engine_t?, _ stream: dnnl_stream_t?
  ) throws {
    let type = form.dtype == .bfloat16 ? dnnl_bf16 : dnnl_f32
    func description(_ shape: [Int], _ type: dnnl_data_type_t, _ layout: dnnl_format_tag_t) throws -> dnnl_memory_desc_t {
      var description = dnnl_memory_desc_t()
      try Self.check(
        dnnl_memory_desc_init_by_tag(&description, Int32(shape.count), shape.map(Int64.init), type, layout))
      return description
    }
    // The library counts axes [n, c, h, w] and [o, c, kh, kw].
    let windows = form.windows, channels = layer.kernel.shape[2], outputs = layer.kernel.shape[3]
    var x = try description([form.batch, channels] + windows.image, type, dnnl_nhwc)
    var y = try description([form.batch, outputs] + windows.count, type, dnnl_nhwc)
    var given = try description([outputs, channels] + windows.size, dnnl_f32, dnnl_hwio)
    var wanted = try description([outputs, channels] + windows.size, type, dnnl_format_tag_any)
    var offsets = try description([outputs], dnnl_f32, dnnl_x)

    var operation = dnnl_convolution_desc_t()
    try Self.check(
      dnnl_convolution_forward_desc_init(
        &operation, dnnl_forward_inference, dnnl_convolution_direct, &x, &wanted, &offsets, &y,
        windows.stride.map(Int64.init), windows.before.map(Int64.init), windows.after.map(Int64.init)))
    var steps: dnnl_post_ops_t?, attributes: dnnl_primitive_attr_t?
    try Self.check(dnnl_post_ops_create(&steps))
    defer { dnnl_post_ops_destroy(steps) }
    if form.adds { try Self.check(dnnl_post_ops_append_binary(steps, dnnl_binary_add, &y)) }
    if layer.rectifies { try Self.check(dnnl_post_ops_append_eltwise(steps, 1, dnnl_eltwise_relu, 0, 0)) }
    try Self.check(dnnl_primitive_attr_create(&attributes))
    defer { dnnl_primitive_attr_destroy(attributes) }
    try Self.check(dnnl_primitive_attr_set_post_ops(attributes, steps))
    var chosen: dnnl_primitive_desc_t?
    try Self.check(dnnl_primitive_desc_create(&chosen, &operation, attributes, engine, nil))
    defer { dnnl_primitive_desc_destroy(chosen) }
    guard let layout = dnnl_primitive_desc_query_md(chosen, dnnl_query_weights_md, 0) else {
      throw Self.failure("no layout for the kernel")
    }

    image = try LibraryMemory(&x, engine, .unbound)
    residual = form.adds ? try LibraryMemory(&y, engine, .unbound) : nil
    output = try LibraryMemory(&y, engine, .unbound)
    bias = try LibraryMemory(&offsets, engine, .on(layer.biasValue))
    if let known = kernels.first(where: { dnnl_memory_desc_equal($0.description, layout) != 0 }) {
      kernel = known
    } else {
      kernel = try LibraryMemory(layout, engine, .allocated)
      try Self.copy(LibraryMemory(&given, engine, .on(layer.kernelValue)), to: kernel, engine, stream)
      kernels.append(kernel)
    }
    var primitive: dnnl_primitive_t?
    try Self.check(dnnl_primitive_create(&primitive, chosen))
    guard let primitive else { throw Self.failure("no primitive") }
    self.primitive = primitive
  }

  deinit { dnnl_primitive_destroy(primitive) }

  private func execute(
    _ stream: dnnl_stream_t?, _ x: UnsafeMutableRawPointer, _ added: UnsafeMutableRawPointer?, _ y: UnsafeMutableRawPointer
  ) throws {
    try Self.check(dnnl_memory_set_data_handle(image.memory, x))
    try Self.check(dnnl_memory_set_data_handle(output.memory, y))
    var arguments = [
      dnnl_exec_arg_t(arg: DNNL_ARG_SRC, memory: image.memory),
      dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS, memory: kernel.memory),
      dnnl_exec_arg_t(arg: DNNL_ARG_BIAS, memory: bias.memory),
      dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: output.memory),
    ]
    if let residual {
      try Self.check(dnnl_memory_set_data_handle(residual.memory, added))
      arguments.append(dnnl_exec_arg_t(arg: imf_first_binary_argument, memory: residual.memory))
    }
    try Self.check(dnnl_primitive_execute(primitive, stream, Int32(arguments.count), arguments))
  }

  /// A copy from one layout to another.
  private static func copy(
    _ source: LibraryMemory, to target: LibraryMemory, _ engine: dnnl_engine_t?, _ stream: dnnl_stream_t?
  ) throws {
    var description: dnnl_primitive_desc_t?, reorder: dnnl_primitive_t?
    try check(dnnl_reorder_primitive_desc_create(&description, source.description, engine, target.description, engine, nil))
    defer { dnnl_primitive_desc_destroy(description) }
    try check(dnnl_primitive_create(&reorder, description))
    defer { dnnl_primitive_destroy(reorder) }
    let arguments = [
      dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: source.memory), dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: target.memory),
    ]
    try check(dnnl_primitive_execute(reorder, stream, 2, arguments))
  }

  fileprivate static func check(_ status: dnnl_status_t) throws {
    if status != dnnl_success { throw failure("the library answered \(status.rawValue)") }
  }

  fileprivate static func failure(_ reason: String) -> TensorError {
    TensorError(.limit, "convolution layer", [], "the convolution could not run: \(reason)")
  }
}

extension CPU {
  func convolve(_ layer: ConvolutionLayer, _ x: NDArray, adding residual: NDArray?, _ windows: Windows) throws -> NDArray {
    let shape = [x.shape[0]] + windows.count + [layer.kernel.shape[3]]
    if x.count == 0 || shape.contains(0) { return try contiguous(fill(0, shape: shape, dtype: x.dtype)) }
    if x.dtype == .bfloat16, !MatrixProduct.multipliesBFloat16 {
      let wide = try convolve(
        layer, converted(x, to: .float32), adding: residual.map { try converted($0, to: .float32) }, windows)
      return try converted(wide, to: .bfloat16)
    }
    let source = try contiguous(x), added = try residual.map { try contiguous($0) }
    let result = try NDArray(shape: shape, dtype: x.dtype)
    let blocks = ConvolutionBlock.all(
      of: windows, images: shape[0], channels: layer.kernel.shape[2], outputs: layer.kernel.shape[3])
    for block in blocks {
      try Interrupt.check()
      try PreparedConvolution.run(
        layer, source.band(images: block.images, rows: block.image),
        added?.band(images: block.images, rows: block.output), block.windows,
        into: result.band(images: block.images, rows: block.output))
    }
    return result
  }
}
