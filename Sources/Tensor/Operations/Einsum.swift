// Einstein summation: letters name axes, letters missing from the result are summed over. Operands are joined two at a
// time, the pair with the smallest result first; each joining is a product, batched where letters stay on both sides.

/// What a specification says: letters of each operand and of the result. An ellipsis becomes letters of its own
/// (U+E000 and up), counted from the right as in broadcasting.
struct EinsumSpecification {
  private(set) var operands: [[Character]] = []
  private(set) var result: [Character] = []

  /// Throws where the text, the number of operands or their axes do not fit.
  init(_ text: String, _ tensors: [Operand]) throws {
    func failure(_ reason: String) -> TensorError { TensorError(.value, "einsum", tensors, reason) }
    let compact = String(text.filter { !$0.isWhitespace })
    let sides = compact.split(separator: "->", omittingEmptySubsequences: false).map(String.init)
    guard sides.count <= 2 else { throw failure("\"\(text)\" has more than one ->") }
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard terms.count == tensors.count else {
      throw failure("\"\(text)\" names \(terms.count) operands, \(tensors.count) are given")
    }
    var widest = 0
    for (index, term) in terms.enumerated() {
      let (before, after, hasEllipsis) = try Self.parts(of: term, text, failure)
      let rest = tensors[index].shape.count - before.count - after.count
      guard hasEllipsis ? rest >= 0 : rest == 0 else {
        let rank = tensors[index].shape.count
        throw TensorError(
          .shape, "einsum", tensors, "\"\(term)\" does not fit operand \(index + 1), which has \(rank) axes")
      }
      widest = max(widest, rest)
      operands.append(before + Self.ellipsis(rest) + after)
    }
    guard sides.count == 2 else {
      // Implicit: the ellipsis, then in alphabetical order the letters that stand once.
      let letters = operands.joined().filter(\.isLetter)
      result = Self.ellipsis(widest) + Set(letters).filter { letter in letters.count { $0 == letter } == 1 }.sorted()
      return
    }
    let (before, after, hasEllipsis) = try Self.parts(of: sides[1], text, failure)
    result = before + (hasEllipsis ? Self.ellipsis(widest) : []) + after
    for letter in before + after {
      guard operands.joined().contains(letter) else { throw failure("\"\(letter)\" of the result is in no operand") }
      guard result.count(where: { $0 == letter }) == 1 else { throw failure("\"\(letter)\" stands twice in the result") }
    }
  }

  private static func ellipsis(_ rank: Int) -> [Character] {
    (0..<rank).reversed().compactMap { Unicode.Scalar(UInt32(0xE000 + $0)).map(Character.init) }
  }

  private static func parts(
    of term: String, _ text: String, _ failure: (String) -> TensorError
  ) throws -> (before: [Character], after: [Character], hasEllipsis: Bool) {
    let pieces = term.split(separator: "...", omittingEmptySubsequences: false).map { Array(String($0)) }
    guard pieces.count <= 2 else { throw failure("\"\(term)\" has more than one ellipsis") }
    for letter in pieces.joined() where !(letter.isASCII && letter.isLetter) {
      throw failure("\"\(letter)\" in \"\(text)\" is no letter")
    }
    return (pieces[0], pieces.count > 1 ? pieces[1] : [], pieces.count > 1)
  }
}

/// A tensor whose axes have letters, all different.
private struct Term {
  var tensor: Tensor
  var letters: [Character]

  /// Repeated letters become their diagonal.
  init(_ tensor: Tensor, _ letters: [Character]) throws {
    (self.tensor, self.letters) = (tensor, letters)
    while let second = self.letters.indices.first(where: { self.letters[..<$0].contains(self.letters[$0]) }),
      let first = self.letters.firstIndex(of: self.letters[second])
    {
      // The two axes side by side at the end are one axis on which the diagonal lies evenly.
      let size = self.tensor.shape[first]
      let others = self.letters.indices.filter { $0 != first && $0 != second }
      let joined = try self.tensor.permuted(others + [first, second]).reshaped(
        others.map { self.tensor.shape[$0] } + [size * size])
      self.tensor = try joined.sliced([.ellipsis, .range(start: nil, stop: nil, step: size + 1)])
      self.letters = others.map { self.letters[$0] } + [self.letters[first]]
    }
  }

  func size(of letter: Character) -> Int { letters.firstIndex(of: letter).map { tensor.shape[$0] } ?? 1 }

  /// Without the axes that nobody else needs.
  mutating func sumAllBut(_ kept: Set<Character>) throws {
    let axes = letters.indices.filter { !kept.contains(letters[$0]) }
    guard !axes.isEmpty else { return }
    tensor = try sum(tensor, axes: axes).cast(to: tensor.dtype)
    letters = letters.filter { kept.contains($0) }
  }

  /// Axes in groups, the axes of a group merged into one.
  func grouped(_ groups: [[Character]]) throws -> Tensor {
    let order = groups.joined().compactMap { letters.firstIndex(of: $0) }
    return try tensor.permuted(order).reshaped(groups.map { $0.reduce(1) { $0 * size(of: $1) } })
  }

  /// The product of two, summed over the letters not kept.
  func joined(with other: Term, keeping kept: Set<Character>) throws -> Term {
    var left = self, right = other
    try left.sumAllBut(kept.union(right.letters))
    try right.sumAllBut(kept.union(left.letters))
    let shared = left.letters.filter { right.letters.contains($0) }
    let batch = shared.filter { kept.contains($0) }, inner = shared.filter { !kept.contains($0) }
    let rows = left.letters.filter { !shared.contains($0) }, columns = right.letters.filter { !shared.contains($0) }
    let shape = batch.map { left.size(of: $0) } + rows.map { left.size(of: $0) } + columns.map { right.size(of: $0) }
    let a = try left.grouped([batch, rows, inner]), b = try right.grouped([batch, inner, columns])
    let product = inner.isEmpty ? try a * b : try matmul(a, b)
    return try Term(product.cast(to: tensor.dtype).reshaped(shape), batch + rows + columns)
  }
}

/// Products and sums by Einstein's notation: `einsum("bij,bjk->bik", a, b)`. Repeated letters of an operand take its
/// diagonal, `...` broadcasts, without `->` the letters that stand once make the result. Sizes of 1 are repeated.
///
/// - Throws: `TensorError` where the text does not fit the operands or sizes of a letter differ.
public func einsum(_ specification: String, _ tensors: [Tensor]) throws -> Tensor {
  let operands = tensors.map(\.operand)
  guard let first = tensors.first else { throw TensorError(.value, "einsum", [], "needs at least one tensor") }
  let spec = try EinsumSpecification(specification, operands)
  let common = tensors.dropFirst().reduce(first.dtype) { DType.promoted($0, $1.dtype) }
  var sizes: [Character: Int] = [:]
  for (letters, tensor) in zip(spec.operands, tensors) {
    for (letter, size) in zip(letters, tensor.shape) {
      let known = sizes[letter] ?? 1
      guard known == 1 || size == 1 || known == size else {
        let name = letter.isLetter ? "\"\(letter)\"" : "an axis of ..."
        throw TensorError(.shape, "einsum", operands, "\(name) has sizes \(known) and \(size)")
      }
      sizes[letter] = known == 1 ? size : known
    }
  }
  var terms = try zip(tensors, spec.operands).map { tensor, letters in
    try Term(tensor.cast(to: common).broadcast(to: letters.map { sizes[$0] ?? 1 }), letters)
  }
  while terms.count > 1 {
    var best = (cost: Double.infinity, i: 0, j: 1)
    func kept(_ i: Int, _ j: Int) -> Set<Character> {
      Set(spec.result).union(terms.indices.filter { $0 != i && $0 != j }.flatMap { terms[$0].letters })
    }
    for j in terms.indices {
      for i in 0..<j {
        let letters = Set(terms[i].letters).union(terms[j].letters).intersection(kept(i, j))
        let cost = letters.reduce(1.0) { $0 * Double(sizes[$1] ?? 1) }
        if cost < best.cost { best = (cost, i, j) }
      }
    }
    let joined = try terms[best.i].joined(with: terms[best.j], keeping: kept(best.i, best.j))
    terms.remove(at: best.j)
    terms[best.i] = joined
  }
  var term = terms[0]
  try term.sumAllBut(Set(spec.result))
  return try term.grouped(spec.result.map { [$0] })
}
