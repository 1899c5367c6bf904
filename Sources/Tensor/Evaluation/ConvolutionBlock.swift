// Convolutions in blocks of images, or of an image's rows, so that an interrupt need not wait for the end of a large one.
// Blocks depend on the shapes alone, and with them the order of every sum.

import CKernels

/// What one call of the library computes: some images whole, or a band of rows of one image.
struct ConvolutionBlock {
  let images: Range<Int>
  /// Rows of the image and of the output.
  let image: Range<Int>, output: Range<Int>
  /// The windows that lead from the ones to the others.
  let windows: Windows

  /// Multiply-adds of a block: at 50 GFLOP/s a twelfth of a second, at ten times that still far more than a call costs.
  static let longest = 2 << 30

  /// All blocks of a convolution; bands share out the rows of the image where `byImage`, else those of the output.
  static func all(
    of windows: Windows, images: Int, channels: Int, outputs: Int, byImage: Bool = false, longest: Int = Self.longest
  ) -> [ConvolutionBlock] {
    // Blocks an image, as a fraction. The library is slow where it cannot fill its vectors with channels.
    let factors = windows.count + windows.size + [max(16, channels), max(16, outputs)]
    let share = factors.reduce(1) { $0 * Double($1) } / Double(longest)
    guard share > 1, windows.hasBands else {
      let parts = max(1, Int(min(Double(images), (share * Double(images)).rounded(.up))))
      return (0..<parts).map { part in
        ConvolutionBlock(
          images: images * part / parts..<images * (part + 1) / parts, image: 0..<windows.image[0],
          output: 0..<windows.count[0], windows: windows)
      }
    }
    let rows = byImage ? windows.image[0] : windows.count[0]
    // All bands but the last are equal, so that the library meets three forms: the first, the last, and those between.
    let least = byImage ? windows.size[0] + windows.stride[0] : 1
    let height = max(least, Int(Double(rows) / share))
    let bands = max(1, rows / height)
    return (0..<images * bands).map { place in
      let band = place % bands
      let own = band * height..<(band == bands - 1 ? rows : (band + 1) * height)
      return ConvolutionBlock(
        images: place / bands..<place / bands + 1, band: byImage ? windows.band(image: own) : windows.band(output: own))
    }
  }

  private init(images: Range<Int>, image: Range<Int>, output: Range<Int>, windows: Windows) {
    (self.images, self.image, self.output, self.windows) = (images, image, output, windows)
  }

  private init(images: Range<Int>, band: (image: Range<Int>, output: Range<Int>, windows: Windows)) {
    self.init(images: images, image: band.image, output: band.output, windows: band.windows)
  }
}

extension Windows {
  /// Whether every window meets the image and every row has a window near: else a band may lack the one or the other.
  fileprivate var hasBands: Bool { before[0] < size[0] && after[0] < size[0] && stride[0] <= size[0] }

  /// The windows of some rows of the output, and the rows of the image that they meet.
  fileprivate func band(output: Range<Int>) -> (image: Range<Int>, output: Range<Int>, windows: Windows) {
    let top = output.lowerBound * stride[0] - before[0]
    let bottom = (output.upperBound - 1) * stride[0] + size[0] - before[0]
    let rows = max(0, top)..<min(image[0], bottom)
    return (rows, output, banded(rows.count, before: rows.lowerBound - top, after: bottom - rows.upperBound, output.count))
  }

  /// The windows that meet some rows of the image, and the rows of the output that are theirs.
  fileprivate func band(image rows: Range<Int>) -> (image: Range<Int>, output: Range<Int>, windows: Windows) {
    let (upper, lower) = (rows.lowerBound + before[0], rows.upperBound - 1 + before[0])
    let first = upper < size[0] ? 0 : (upper - size[0]) / stride[0] + 1
    let windows = first..<min(count[0], lower / stride[0] + 1)
    let above = upper - first * stride[0]
    // Below the last window there may be rows that no window meets.
    let below = max(0, (windows.count - 1) * stride[0] + size[0] - above - rows.count)
    return (rows, windows, banded(rows.count, before: above, after: below, windows.count))
  }
}

extension NDArray {
  /// Some images of a row-major batch [n, h, w, c], or some rows of one of them.
  func band(images: Range<Int>, rows: Range<Int>) -> NDArray {
    with(
      shape: [images.count, rows.count, shape[2], shape[3]], strides: strides,
      offset: offset + images.lowerBound * strides[0] + rows.lowerBound * strides[1])
  }
}

extension CPU {
  /// A convolution of float32 or bfloat16 by the library; see `Device.convolve`. All parts are row-major.
  func convolveInBlocks(
    _ part: Convolution.Part, _ a: NDArray, _ b: NDArray, _ windows: Windows, _ shape: [Int], _ type: DType,
    longest: Int = ConvolutionBlock.longest
  ) throws -> NDArray {
    if part == .kernel { return try kernelInBlocks(a, b, windows, shape, type, longest) }
    let result = try NDArray(shape: shape, dtype: type)
    let (channels, outputs) = part == .output ? (a.shape[3], shape[3]) : (shape[3], b.shape[3])
    let blocks = ConvolutionBlock.all(
      of: windows, images: shape[0], channels: channels, outputs: outputs, byImage: part == .image, longest: longest)
    for block in blocks {
      try Interrupt.check()
      if part == .output {
        try LibraryConvolution.run(
          part, block.windows, a.band(images: block.images, rows: block.image), b,
          result.band(images: block.images, rows: block.output))
      } else {
        try LibraryConvolution.run(
          part, block.windows, a, b.band(images: block.images, rows: block.output),
          result.band(images: block.images, rows: block.image))
      }
    }
    return result
  }

  /// The sum over the blocks of what each says about the kernel, in float32.
  private func kernelInBlocks(
    _ image: NDArray, _ output: NDArray, _ windows: Windows, _ shape: [Int], _ type: DType, _ longest: Int
  ) throws -> NDArray {
    let blocks = ConvolutionBlock.all(
      of: windows, images: image.shape[0], channels: shape[2], outputs: shape[3], longest: longest)
    let sum = try NDArray(shape: shape, dtype: blocks.count > 1 ? .float32 : type)
    let addition = ElementwiseProgram(
      .binary(IMF_ADD), [.input(0), .input(1)], of: .float32, dtype: .float32, overwrites: 0)
    for (index, block) in blocks.enumerated() {
      try Interrupt.check()
      let part = index == 0 ? sum : try NDArray(shape: shape, dtype: .float32)
      try LibraryConvolution.run(
        .kernel, block.windows, image.band(images: block.images, rows: block.image),
        output.band(images: block.images, rows: block.output), part)
      if index > 0 { _ = try elementwise(addition, [sum, part], shape: shape) }
    }
    return sum.dtype == type ? sum : try converted(sum, to: type)
  }
}
