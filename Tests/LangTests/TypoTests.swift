// "Did you mean": misspellings as people make them, each in a program, with the suggestion that must come first; and
// words that are near nothing, for which there must be none.

import Foundation
import Testing

@testable import Lang

/// Where a word stands, as a program with `@` for it.
private enum Place: String {
  case name = "print(@)"
  case ownName = "learning_rate = 1; batch_size = 2; labels = 3; noise_scale = 4; model = 5; loss_history = 6\nprint(@)"
  case field = "c = {hidden_size: 1, num_heads: 2, depth: 3, color: 4, epochs: 5, patch_size: 6, in_channels: 7}\nc.@"
  case attribute = "x = zeros([2])\nx.@"
  case argument = "fn train(data, steps = 1, learning_rate = 1, weight_decay = 0, warmup_steps = 0, seed = 0) = 1\ntrain(1, @ = 2)"
  case builtinArgument = "sum([1], @ = 0)"
  case dtype = "zeros([1], dtype = \"@\")"
  case padding = "pad([1, 2], 1, mode = \"@\")"
  case file = "read_text(\"@\")"
  case imported = "import \"@\" as m"
}

private let slips: [(word: String, place: Place, meant: String)] = [
  // Two neighbours swapped
  ("pirnt", .name, "print"), ("sotfmax", .name, "softmax"), ("rehsape", .name, "reshape"), ("enumreate", .name, "enumerate"),
  ("leanring_rate", .ownName, "learning_rate"), ("modle", .ownName, "model"), ("dpeth", .field, "depth"), ("shpae", .attribute, "shape"),
  ("stesp", .argument, "steps"), ("aixs", .builtinArgument, "axis"), ("flaot32", .dtype, "float32"), ("int23", .dtype, "int32"),
  ("recrod.txt", .file, "record.txt"), ("sahpes.imf", .imported, "shapes.imf"), ("lne", .name, "len"),
  // A letter missing
  ("sofmax", .name, "softmax"), ("transpos", .name, "transpose"), ("lables", .ownName, "labels"), ("noise_scal", .ownName, "noise_scale"),
  ("hiden_size", .field, "hidden_size"), ("num_head", .field, "num_heads"), ("wight_decay", .argument, "weight_decay"), ("dtyp", .attribute, "dtype"),
  ("keepdim", .builtinArgument, "keepdims"), ("bfloat1", .dtype, "bfloat16"), ("reflct", .padding, "reflect"), ("notes.tx", .file, "notes.txt"),
  ("shaps.imf", .imported, "shapes.imf"), ("enumerat", .name, "enumerate"), ("loss_histry", .ownName, "loss_history"),
  // A letter doubled, or once too often
  ("printt", .name, "print"), ("summ", .name, "sum"), ("concatt", .name, "concat"), ("learnning_rate", .ownName, "learning_rate"),
  ("batchh_size", .ownName, "batch_size"), ("deppth", .field, "depth"), ("seeed", .argument, "seed"), ("constantt", .padding, "constant"),
  ("recordd.txt", .file, "record.txt"), ("maxx", .name, "max"),
  // A wrong vowel, a neighbouring key
  ("botch_size", .ownName, "batch_size"), ("linspece", .name, "linspace"), ("arenge", .name, "arange"), ("larning_rate", .ownName, "learning_rate"),
  ("patch_sise", .field, "patch_size"), ("sead", .argument, "seed"), ("symetric", .padding, "symmetric"), ("stendard.txt", .file, "standard.txt"),
  ("permuta", .name, "permute"), ("normel", .name, "normal"), ("sigmiod", .name, "sigmoid"), ("attenton", .name, "attention"),
  // Snake and camel, capitals
  ("learningRate", .ownName, "learning_rate"), ("batchSize", .ownName, "batch_size"), ("hiddenSize", .field, "hidden_size"),
  ("weightDecay", .argument, "weight_decay"), ("Print", .name, "print"), ("Float32", .dtype, "float32"), ("onehot", .name, "one_hot"),
  ("zeroslike", .name, "zeros_like"), ("LayerNorm", .name, "layer_norm"), ("Notes.txt", .file, "notes.txt"), ("warmupSteps", .argument, "warmup_steps"),
  // British and American, one and many
  ("colour", .field, "color"), ("epoch", .field, "epochs"), ("label", .ownName, "labels"), ("models", .ownName, "model"), ("step", .argument, "steps"),
  ("zero", .name, "zeros"), ("one", .name, "ones"), ("axes", .builtinArgument, "axis"), ("in_channel", .field, "in_channels"), ("shapes", .attribute, "shape"),
]

private let gibberish: [(word: String, place: Place)] = [
  ("qwertz", .name), ("zxcvb", .name), ("a", .name), ("q", .ownName), ("xy", .name), ("foo", .name), ("bar", .name), ("asdfghjkl", .name),
  ("blorp", .field), ("zz", .field), ("wibble", .argument), ("k", .argument), ("frobnicate", .builtinArgument), ("quux", .dtype),
  ("plugh", .padding), ("xyzzy.bin", .file), ("thud.imf", .imported), ("fred", .attribute), ("w", .attribute), ("abc", .name),
]

@Suite struct TypoTests {
  /// The word between quotes after "did you mean", nil where nothing is suggested.
  private static func suggestion(for word: String, in place: Place, folder: String) throws -> String? {
    let session = Cells()
    let path = [.file, .imported].contains(place) ? folder + "/" + word : word
    let source = Source(name: "typo", text: place.rawValue.replacing("@", with: path))
    let error = try #require(session.interpreter.check(source).first ?? session.failure(of: source), "\(word) is known")
    guard let hint = error.hint, hint.hasPrefix("did you mean ") else { return nil }
    let meant = hint.dropFirst("did you mean ".count).dropLast().trimmingCharacters(in: ["`", "\""])
    return (meant as NSString).lastPathComponent
  }

  /// A folder with the files that the rows about files mean.
  private static func withFiles(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["record.txt", "notes.txt", "standard.txt", "shapes.imf"] {
      try Data("x = 1\n".utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }
    try body(folder)
  }

  @Test func nineOfTenSlipsAreUnderstood() throws {
    #expect(slips.count >= 60)
    var missed: [String] = []
    try Self.withFiles { folder in
      for (word, place, meant) in slips {
        let found = try Self.suggestion(for: word, in: place, folder: folder)
        if found != meant { missed.append("\(word): \(found ?? "nothing"), not \(meant)") }
      }
    }
    #expect(missed.count * 10 <= slips.count, "\(missed.joined(separator: "\n"))")
  }

  @Test func gibberishIsLikeNothing() throws {
    try Self.withFiles { folder in
      for (word, place) in gibberish {
        let found = try Self.suggestion(for: word, in: place, folder: folder)
        #expect(found == nil, "\(word)")
      }
    }
  }

  /// Whatever order the names come in, a tie falls the same way.
  @Test func theOrderOfTheNamesDoesNotMatter() {
    let names = ["tanh", "tan", "tang", "tans"]
    #expect(nearestName(to: "tann", among: names) == nearestName(to: "tann", among: names.reversed()))
  }

  @Test(arguments: ["", "_", "__", "é", "日本", String(repeating: "a", count: 10_000)]) func anyWordMayBeAsked(_ word: String) {
    _ = nearestName(to: word, among: ["", "_", "é", "日", "abc", String(repeating: "b", count: 10_000)])
  }
}
