// Inception-v3 as FID's weights of 2015 have it (method.md, section 6): its convolutions as rows. The names are
// torchvision's, which pytorch-fid and the reference's pickle share.

/// A convolution without bias, followed by batch normalisation and ReLU.
struct InceptionUnit: Sendable {
  let name: String
  let inputs: Int, outputs: Int
  let size: [Int]
  let stride: Int
  let border: [Int]
}

extension InceptionUnit {
  /// `size` is one number or two; the border keeps the size of the image where `same`.
  private init(_ name: String, _ inputs: Int, _ outputs: Int, _ size: [Int], stride: Int = 1, same: Bool = true) {
    let size = size.count == 1 ? [size[0], size[0]] : size
    self.init(
      name: name, inputs: inputs, outputs: outputs, size: size, stride: stride,
      border: same ? size.map { $0 / 2 } : [0, 0])
  }

  static let all: [InceptionUnit] =
    [
      InceptionUnit("Conv2d_1a_3x3", 3, 32, [3], stride: 2, same: false),
      InceptionUnit("Conv2d_2a_3x3", 32, 32, [3], same: false),
      InceptionUnit("Conv2d_2b_3x3", 32, 64, [3]),
      InceptionUnit("Conv2d_3b_1x1", 64, 80, [1]),
      InceptionUnit("Conv2d_4a_3x3", 80, 192, [3], same: false),
    ] + blockA("Mixed_5b", 192, pool: 32) + blockA("Mixed_5c", 256, pool: 64) + blockA("Mixed_5d", 288, pool: 64) + [
      InceptionUnit("Mixed_6a.branch3x3", 288, 384, [3], stride: 2, same: false),
      InceptionUnit("Mixed_6a.branch3x3dbl_1", 288, 64, [1]),
      InceptionUnit("Mixed_6a.branch3x3dbl_2", 64, 96, [3]),
      InceptionUnit("Mixed_6a.branch3x3dbl_3", 96, 96, [3], stride: 2, same: false),
    ] + blockC("Mixed_6b", 128) + blockC("Mixed_6c", 160) + blockC("Mixed_6d", 160) + blockC("Mixed_6e", 192) + [
      InceptionUnit("Mixed_7a.branch3x3_1", 768, 192, [1]),
      InceptionUnit("Mixed_7a.branch3x3_2", 192, 320, [3], stride: 2, same: false),
      InceptionUnit("Mixed_7a.branch7x7x3_1", 768, 192, [1]),
      InceptionUnit("Mixed_7a.branch7x7x3_2", 192, 192, [1, 7]),
      InceptionUnit("Mixed_7a.branch7x7x3_3", 192, 192, [7, 1]),
      InceptionUnit("Mixed_7a.branch7x7x3_4", 192, 192, [3], stride: 2, same: false),
    ] + blockE("Mixed_7b", 1280) + blockE("Mixed_7c", 2048)

  private static func blockA(_ name: String, _ inputs: Int, pool: Int) -> [InceptionUnit] {
    [
      InceptionUnit("\(name).branch1x1", inputs, 64, [1]),
      InceptionUnit("\(name).branch5x5_1", inputs, 48, [1]),
      InceptionUnit("\(name).branch5x5_2", 48, 64, [5]),
      InceptionUnit("\(name).branch3x3dbl_1", inputs, 64, [1]),
      InceptionUnit("\(name).branch3x3dbl_2", 64, 96, [3]),
      InceptionUnit("\(name).branch3x3dbl_3", 96, 96, [3]),
      InceptionUnit("\(name).branch_pool", inputs, pool, [1]),
    ]
  }

  private static func blockC(_ name: String, _ middle: Int) -> [InceptionUnit] {
    [
      InceptionUnit("\(name).branch1x1", 768, 192, [1]),
      InceptionUnit("\(name).branch7x7_1", 768, middle, [1]),
      InceptionUnit("\(name).branch7x7_2", middle, middle, [1, 7]),
      InceptionUnit("\(name).branch7x7_3", middle, 192, [7, 1]),
      InceptionUnit("\(name).branch7x7dbl_1", 768, middle, [1]),
      InceptionUnit("\(name).branch7x7dbl_2", middle, middle, [7, 1]),
      InceptionUnit("\(name).branch7x7dbl_3", middle, middle, [1, 7]),
      InceptionUnit("\(name).branch7x7dbl_4", middle, middle, [7, 1]),
      InceptionUnit("\(name).branch7x7dbl_5", middle, 192, [1, 7]),
      InceptionUnit("\(name).branch_pool", 768, 192, [1]),
    ]
  }

  private static func blockE(_ name: String, _ inputs: Int) -> [InceptionUnit] {
    [
      InceptionUnit("\(name).branch1x1", inputs, 320, [1]),
      InceptionUnit("\(name).branch3x3_1", inputs, 384, [1]),
      InceptionUnit("\(name).branch3x3_2a", 384, 384, [1, 3]),
      InceptionUnit("\(name).branch3x3_2b", 384, 384, [3, 1]),
      InceptionUnit("\(name).branch3x3dbl_1", inputs, 448, [1]),
      InceptionUnit("\(name).branch3x3dbl_2", 448, 384, [3]),
      InceptionUnit("\(name).branch3x3dbl_3a", 384, 384, [1, 3]),
      InceptionUnit("\(name).branch3x3dbl_3b", 384, 384, [3, 1]),
      InceptionUnit("\(name).branch_pool", inputs, 192, [1]),
    ]
  }
}
