import Lang
import Tensor
import Testing

@testable import Repl

struct PictureTests {
  @Test(arguments: [(0, 1), (1, 0), (4097, 1), (-3, 3)])
  func impossibleSizesAreRefused(width: Int, height: Int) {
    #expect(throws: PictureError.size(width: width, height: height)) {
      try Picture(width: width, height: height, pixels: [])
    }
    #expect(throws: PictureError.size(width: width, height: height)) {
      try Picture(width: width, height: height, channels: 4, bytes: [])
    }
  }

  @Test func missingBytesAreRefused() {
    #expect(throws: PictureError.byteCount(3, expected: 12)) {
      try Picture(width: 2, height: 2, pixels: [1, 2, 3])
    }
    #expect(throws: PictureError.channels(5)) {
      try Picture(width: 1, height: 1, channels: 5, bytes: [1, 2, 3, 4, 5])
    }
  }

  @Test func alphaLiesOnWhite() throws {
    let picture = try Picture(width: 2, height: 1, channels: 4, bytes: [255, 0, 0, 255, 0, 0, 0, 0])
    #expect(picture.pixels == [255, 0, 0, 255, 255, 255])
    let grey = try Picture(width: 2, height: 1, channels: 2, bytes: [10, 255, 10, 0])
    #expect(grey.pixels == [10, 10, 10, 255, 255, 255])
  }

  @Test func upscalingRepeatsPixels() throws {
    let picture = try Picture(width: 2, height: 1, grey: [1, 2]).upscaled(2)
    #expect(picture.width == 4 && picture.height == 2)
    #expect(picture.pixels == [1, 1, 2, 2, 1, 1, 2, 2].flatMap { [$0, $0, $0] })
  }

  @Test func upscalingBeyondTheLimitIsNotDone() throws {
    #expect(try Picture(width: 2, height: 1, grey: [1, 2]).upscaled(5000).width == 2)
  }

  @Test func reducingTakesTheMeanOfAreas() throws {
    let picture = try Picture(width: 4, height: 2, grey: [0, 100, 200, 200, 0, 100, 0, 0])
    #expect(picture.reduced(toWidth: 2, height: 1).pixels == [50, 50, 50, 100, 100, 100])
    #expect(picture.reduced(toWidth: 9, height: 9) == picture)
    // Three pixels onto two: each takes half of the middle one.
    let odd = try Picture(width: 3, height: 1, grey: [0, 90, 180])
    #expect(odd.reduced(toWidth: 2, height: 1).pixels == [30, 30, 30, 150, 150, 150])
  }

  @Test func gridPutsPicturesInRows() throws {
    let pictures = try (1...3).map { try Picture(width: 1, height: 1, grey: [UInt8($0)]) }
    let grid = try Picture.grid(pictures, columns: 2, gap: 1)
    #expect(grid.width == 3 && grid.height == 3)
    let greys = stride(from: 0, to: grid.pixels.count, by: 3).map { grid.pixels[$0] }
    #expect(greys == [1, 255, 2, 255, 255, 255, 3, 255, 255])
    #expect(grid.caption == "2 x 2 grid of 3")
  }

  @Test func gridsOfNothingOrTooMuchAreRefused() throws {
    #expect(throws: PictureError.empty("a grid")) { try Picture.grid([]) }
    let wide = try Picture(width: 3000, height: 1, grey: Array(repeating: 0, count: 3000))
    #expect(throws: PictureError.self) { try Picture.grid([wide, wide], columns: 2) }
  }

  /// Shape of a tensor -> how many pictures of which size; nil: no image.
  @Test(arguments: [
    ([4, 5], DType.float32, [1, 5, 4]), ([4, 5, 3], .uint8, [1, 5, 4]), ([4, 5, 1], .float32, [1, 5, 4]),
    ([3, 4, 5], .float32, [1, 5, 4]), ([2, 4, 5, 3], .uint8, [2, 5, 4]), ([2, 3, 4, 5], .float32, [2, 5, 4]),
    ([7, 4, 5], .uint8, [7, 5, 4]), ([7, 4, 5], .float32, nil), ([4], .float32, nil), ([], .float32, nil),
    ([0, 4, 5, 3], .uint8, nil), ([2, 4, 5, 7], .float32, nil), ([1, 2, 4, 5, 3], .uint8, nil),
    ([5000, 2], .uint8, nil),
  ] as [([Int], DType, [Int]?)])
  func tensorShapes(shape: [Int], dtype: DType, expected: [Int]?) throws {
    let tensor = try Tensor.zeros(shape, dtype: dtype)
    #expect(Picture.isImageShape(tensor) == (expected != nil))
    guard let expected else {
      #expect(throws: PictureError.self) { try Picture.pictures(of: tensor) }
      return
    }
    let pictures = try Picture.pictures(of: tensor)
    #expect([pictures.count, pictures[0].width, pictures[0].height] == expected)
  }

  /// Values of a row of three pixels -> greys.
  @Test(arguments: [
    ([0, 0.5, 1], [0, 128, 255]), ([-1, 0, 1], [0, 128, 255]), ([-3, 0, 3], [0, 128, 255]),
    ([0, 100, 300], [0, 100, 255]), ([.nan, -1, 1], [0, 0, 255]), ([0, 0, 0], [128, 128, 128]), ([0, 0.001, 0], [128, 128, 128]),
  ] as [([Float], [UInt8])])
  func floatRanges(values: [Float], greys: [UInt8]) throws {
    let picture = try Picture(try Tensor(values, shape: [1, 3]))
    #expect(stride(from: 0, to: 9, by: 3).map { picture.pixels[$0] } == greys)
    #expect(picture.caption == "float32[1, 3]")
  }

  @Test func channelsFirstIsTurned() throws {
    let planes: [UInt8] = [1, 2, 3, 4, 5, 6]
    let picture = try Picture(try Tensor(planes, shape: [3, 1, 2]))
    #expect(picture.pixels == [1, 3, 5, 2, 4, 6])
    let back = try picture.tensor()
    #expect(back.shape == [1, 2, 3])
    #expect(try back.scalars(UInt8.self) == picture.pixels)
  }

  @Test func aBatchIsNoSinglePicture() throws {
    #expect(throws: PictureError.shape([2, 4, 4, 3])) {
      try Picture(Tensor.zeros([2, 4, 4, 3], dtype: .uint8))
    }
    let some = try Picture.pictures(of: Tensor.zeros([9, 4, 4, 3], dtype: .uint8), limit: 4)
    #expect(some.count == 4)
  }

  /// `grid` and `show` with a range of their own, and what is no range.
  @Test func theRangeOfValuesCanBeGiven() throws {
    let interpreter = Interpreter(libraries: Library.program) { _ in }
    func run(_ text: String) throws -> Value { try interpreter.run(Source(name: "in [1]", text: text)).value }
    func greys(_ text: String) throws -> [UInt8] {
      guard case .object(let object) = try run(text), let picture = object as? Picture else { return [] }
      return stride(from: 0, to: picture.pixels.count, by: 3).map { picture.pixels[$0] }
    }
    #expect(try greys("grid(zeros([1, 1, 2, 1]))") == [128, 128])
    #expect(try greys("grid(zeros([1, 1, 2, 1]), range = [0, 1])") == [0, 0])
    #expect(try greys("grid(full([1, 1, 2, 1], 3), range = [2, 4])") == [128, 128])
    for wrong in ["[1, 1]", "[0]", "[nan, 1]", "[1, 0]"] {
      #expect(throws: Diagnostic.self) { try run("grid(zeros([1, 1, 2, 1]), range = \(wrong))") }
    }
  }
}
