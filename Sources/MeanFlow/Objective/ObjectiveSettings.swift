// Settings of the training objective, with the reference's defaults and names.

/// What the iMF objective draws from and how it weighs.
public struct ObjectiveSettings: Sendable, Hashable {
  /// t and r are sigmoid(N(pMean, pStd^2)).
  public var pMean = -0.4
  public var pStd = 1.0
  /// The share of a batch, counted from its start, with r = t.
  public var dataProportion = 0.5
  /// Law of the guidance scale in 1 ... 8: density proportional to omega^-cfgBeta.
  public var cfgBeta = 1.0
  public var classDropoutProb = 0.1
  /// Adaptive weight: each image's loss over stopgrad((loss + normEps)^normP).
  public var normP = 1.0
  public var normEps = 0.01
  /// Drop labels at random places instead of the batch's first ones. The reference drops the first, which always
  /// have r = t, so that its null class is never trained at r < t; models without classes need this.
  public var randomDropout = false

  public init() {}
}
