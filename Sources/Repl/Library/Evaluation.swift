// How good samples are: a classifier's accuracy, Frechet distances, the inception score.

import Lang
import MeanFlow
import Tensor

/// `classifier(...)`: called on images it gives logits and features.
struct ImageClassifier: LanguageObject {
  let classifier: Classifier

  var typeName: String { "classifier" }
  var summary: String {
    "classifier of \(classifier.classes) classes, \(Classifier.features) features (trained here; not Inception)"
  }
  private static let calledAs = Signature("classifier(images)")
  var signature: Signature? { Self.calledAs }

  func call(_ call: Call) throws -> Value {
    let output = try classifier(call.tensor("images"))
    return .record(["logits": .tensor(output.logits), "features": .tensor(output.features)])
  }
}

extension Library {
  static let evaluation = Library("Evaluation", [
    Builtin(
      "classifier(images, labels, steps = 1500, seed = 0)",
      """
      a small classifier trained on images and labels, for accuracy and features; not Inception

      Called on images it gives {logits, features}. For `accuracy` of samples, and for Frechet distances that compare with one
      another; published FIDs take Inception's features.
      """,
      example: "classifier(zeros([4, 4, 4, 1]), [0, 1, 0, 1], steps = 2)",
      fails: [
        .argument("classifier(zeros([4, 4, 4, 1]), [0, 1], steps = 2)", "`labels` float32[2] are no labels for images float32[4, 4, 4, 1]"),
        .argument("classifier(zeros([4, 4, 4, 1]), [0, 1, 0, -1], steps = 2)", "`labels` labels run to 1, there are 2 classes"),
      ],
      see: ["accuracy", "statistics", "frechet_distance"]
    ) { call in
      let steps = try call.integer("steps", in: 1...10_000_000)
      let progress = Progress("classifier", total: steps)
      defer { progress.finish() }
      return .object(ImageClassifier(classifier: try Classifier(
        images: call.tensor("images"), labels: call.tensor("labels"), steps: steps, seed: call.integer("seed")
      ) { progress.update($0, ["loss": $1]) }))
    },
    Builtin(
      "accuracy(classifier, images, labels)", "the share of images that the classifier gives their label",
      given: tinyModel, example: "accuracy(classifier(zeros([4, 4, 4, 1]), [0, 1, 0, 1], steps = 2), zeros([2, 4, 4, 1]), [0, 1]) <= 1",
      fails: [
        .type("accuracy(m, zeros([2, 4, 4, 1]), [0, 1])", "accuracy: `classifier` is a model; expected a classifier"),
      ],
      see: ["classifier"]
    ) { call in
      let judge = try call.object("classifier", ImageClassifier.self, as: "a classifier").classifier
      return .number(try judge.accuracy(call.tensor("images"), call.tensor("labels")))
    },
    Builtin(
      "statistics(features)",
      "{mu, sigma, n} of features [n, d], float64, unbiased; or those of a file with ref_mu and ref_sigma, checked",
      example: "statistics(normal(key(0), [8, 2])).mu",
      fails: [
        .shape("statistics([1, 2, 3])", "statistics: features are [n, d] with at least two rows"),
        .io("statistics(\"missing.npz\")", "missing.npz: there is no such file"),
      ],
      see: ["frechet_distance", "classifier"]
    ) { call in
      let result =
        if case .string(let path) = call["features"] {
          try FeatureStatistics(contentsOf: path)
        } else {
          try FeatureStatistics(features: call.tensor("features"))
        }
      return result.value
    },
    Builtin(
      "frechet_distance(mu1, sigma1, mu2 = none, sigma2 = none)",
      """
      between two Gaussians; also frechet_distance(statistics1, statistics2)

      |mu1 - mu2|^2 + trace(sigma1 + sigma2 - 2 sqrt(sigma1 sigma2)): 0 for equal ones. On Inception's features it is the FID.
      """,
      example: "frechet_distance([0, 0], eye(2), [1, 0], eye(2))",
      fails: [
        .shape("frechet_distance([0, 0], eye(2), [1], eye(1))", "frechet_distance: mu2 must have shape [2]"),
        .type("frechet_distance([0, 0], eye(2))", "frechet_distance: `mu2` is none; expected a tensor, a number or a list of numbers"),
      ],
      see: ["statistics", "inception_score"]
    ) { call in
      if case .record(let first) = call["mu1"], case .record(let second) = call["sigma1"] {
        let (a, b) = try (call.statistics(of: first, "mu1"), call.statistics(of: second, "sigma1"))
        return .number(try frechetDistance(a.mu, a.sigma, b.mu, b.sigma))
      }
      return .number(try frechetDistance(
        call.tensor("mu1"), call.tensor("sigma1"), call.tensor("mu2"), call.tensor("sigma2")))
    },
    Builtin(
      "inception_score(logits, splits = 10)", "{mean, std} over splits of the reference's permutation",
      example: "inception_score(eye(10), splits = 1)",
      fails: [
        .shape("inception_score([1, 2, 3])", "inception_score: logits are [n, classes] with at least 10 rows, one a split"),
        .shape("inception_score(eye(4), splits = 10)", "inception_score: logits are [n, classes] with at least 10 rows, one a split"),
      ],
      see: ["frechet_distance"]
    ) { call in
      let score = try inceptionScore(call.tensor("logits"), splits: call.integer("splits", in: 1...1 << 20))
      return .record(["mean": .number(score.mean), "std": .number(score.deviation)])
    },
  ])
}
