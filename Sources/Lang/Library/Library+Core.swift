// The libraries that every interpreter has.

extension Library {
  static let core: [Library] = [
    general, text, collections, files, arithmetic, reductions, tensors, shapes, networks, images, random, derivatives,
    inspection,
  ]
}
