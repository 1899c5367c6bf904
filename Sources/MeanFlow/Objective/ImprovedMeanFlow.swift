// The objective of improved MeanFlow, step by step as in method.md, section 3 (paper: arXiv 2512.02012).
// Two exact savings: guidance is one pass of 2B rows (where r = t, w = omega, so the reference's first conditional
// pass is its second), and the JVP is carried only by rows with r < t, since (t - r) du/dt vanishes elsewhere.
// B batch, H and W image, C channels; k rows have r = t.

import Glibc
public import Tensor

/// The loss of a batch and everything it was made from. All lazy: what is not read is not computed.
public struct ObjectiveResult: Sendable {
  /// Mean over the batch of the adaptively weighted losses. With normP = 1 it is near 2 whatever happens: look at
  /// lossU and lossV.
  public var loss: Tensor
  /// Plain means of the squares.
  public var lossU: Tensor
  public var lossV: Tensor
  /// The guided velocity, before dropped labels are given the plain one, and after.
  public var vG: Tensor
  public var vGTarget: Tensor
  /// The network's own velocity at the true label: the JVP's tangent; and at the null class.
  public var vC: Tensor
  public var vU: Tensor
  /// The compound V = u + (t - r) stopgrad(du/dt).
  public var V: Tensor
  public var u: Tensor
  public var v: Tensor
  /// du/dt along (v_c, 1, 0).
  public var dudt: Tensor
  public var z: Tensor
  public var vT: Tensor
  public var t: Tensor
  public var r: Tensor
  public var omega: Tensor
  public var tMin: Tensor
  public var tMax: Tensor
  /// The labels that the u pass saw.
  public var labels: Tensor
  /// Sums of squares an image, [B].
  public var squaresU: Tensor
  public var squaresV: Tensor
}

/// The iMF objective on a batch.
///
/// - Parameters:
///   - net: the network in training form.
///   - x: images [B, H, W, C]; y: labels [B].
/// - Throws: `TensorError` where shapes do not fit or a label is no class.
public func improvedMeanFlow(
  _ net: Network, _ x: Tensor, _ y: Tensor, _ draws: Draws, _ settings: ObjectiveSettings = .init()
) throws -> ObjectiveResult {
  try net.requireTrainable()
  guard x.rank == 4, y.shape == [x.shape[0]] else {
    throw TensorError(
      .shape, "imf_loss", [Operand(shape: x.shape, dtype: x.dtype), Operand(shape: y.shape, dtype: y.dtype)],
      "needs images [B, H, W, C] and one label an image")
  }
  let B = x.shape[0], null = Double(net.configuration.numClasses)
  let k = draws.flowRows ?? settings.flowRows(of: B)
  let isFlow = try less(.arange(B), Tensor(Double(k), dtype: .int32)).reshaped([B, 1, 1, 1])

  // 1, 2. Times, noise, the noisy image and its conditional velocity.
  let (t, r) = try sampleTimes(draws.normalT, draws.normalR, isFlow, settings)  // [B, 1, 1, 1]
  let e = draws.e
  let z = try (1 - t) * x + t * e  // [B, H, W, C]
  let vT = try e - x  // [B, H, W, C]

  // 3. Guidance scale and the interval on which it acts.
  let tMin = try select(isFlow, 0, draws.uniformTMin), tMax = try select(isFlow, 1, draws.uniformTMax)
  let omega = try guidanceScale(draws.uniformOmega, beta: settings.cfgBeta)  // [B, 1, 1, 1]

  // 4. The guided velocity, without gradient: v at the label and at the null class in one pass.
  let inside = try logicalAnd(greaterEqual(t, tMin), lessEqual(t, tMax))
  let w = try select(inside, omega, 1)  // [B, 1, 1, 1]
  let both = try net.velocity(
    concat([z, z]), t: concat([t, t]).reshaped([2 * B]), omega: concat([w.reshaped([B]), .ones([B])]),
    y: concat([y, .full([B], null, dtype: y.dtype)]))  // [2B, H, W, C]
  let vC = try stopGradient(both.narrowed(axis: 0, 0..<B)), vU = try stopGradient(both.narrowed(axis: 0, B..<2 * B))
  let vG = try vT + (1 - 1 / w) * (vC - vU)

  // 5. Dropped labels become the null class and aim at the plain velocity.
  let dropped = try settings.dropped(draws)  // [B]
  let labels = try select(dropped, Tensor(null, dtype: y.dtype), y)
  let target = try stopGradient(select(dropped.reshaped([B, 1, 1, 1]), vT, vG))

  // 6. u with its derivative along (v_c, 1, 0), and v in the same pass.
  func pass(_ rows: Range<Int>, _ z: Tensor, _ t: Tensor, _ r: Tensor) throws -> [Tensor] {
    func part(_ a: Tensor) throws -> Tensor { try a.narrowed(axis: 0, rows).reshaped([rows.count]) }
    let flat = try t.reshaped([rows.count])
    let (u, v) = try net(
      z,
      .init(
        t: flat, h: flat - r.reshaped([rows.count]), omega: part(omega), tMin: part(tMin), tMax: part(tMax),
        y: labels.narrowed(axis: 0, rows)))
    return [u, v]
  }
  func along(_ rows: Range<Int>) throws -> (u: Tensor, v: Tensor, dudt: Tensor) {
    func part(_ a: Tensor) throws -> Tensor { try a.narrowed(axis: 0, rows) }
    let (outputs, tangents) = try jvp(
      { try pass(rows, $0[0], $0[1], $0[2]) }, at: [part(z), part(t), part(r)],
      along: [part(vC), .ones([rows.count, 1, 1, 1]), nil])
    return (outputs[0], outputs[1], try stopGradient(tangents[0] ?? .zeros(outputs[0].shape)))
  }
  // 7. The compound velocity. Where r = t it is u itself.
  var u: [Tensor] = [], v: [Tensor] = [], dudt: [Tensor] = [], V: [Tensor] = []
  if k > 0 {
    let flow = try along(0..<k)
    u.append(flow.u)
    v.append(flow.v)
    dudt.append(flow.dudt)
    V.append(flow.u)
  }
  if k < B {
    let mean = try along(k..<B)
    u.append(mean.u)
    v.append(mean.v)
    dudt.append(mean.dudt)
    V.append(try mean.u + (t - r).narrowed(axis: 0, k..<B) * mean.dudt)
  }
  let (compound, velocity) = (try concat(V), try concat(v))

  let errorU = try square(compound - target), errorV = try square(velocity - target)
  let squaresU = try sum(errorU, axes: [1, 2, 3]), squaresV = try sum(errorV, axes: [1, 2, 3])  // [B]
  let loss = try mean(adaptivelyWeighted(squaresU, settings) + adaptivelyWeighted(squaresV, settings))
  return ObjectiveResult(
    loss: loss, lossU: try mean(errorU), lossV: try mean(errorV), vG: vG, vGTarget: target, vC: vC, vU: vU,
    V: compound, u: try concat(u), v: velocity, dudt: try concat(dudt), z: z, vT: vT, t: t, r: r, omega: omega,
    tMin: tMin, tMax: tMax, labels: labels, squaresU: squaresU, squaresV: squaresV)
}

/// t and r from standard normals: two logit-normal draws, the larger is t; r = t where the mask holds.
func sampleTimes(
  _ a: Tensor, _ b: Tensor, _ isFlow: Tensor, _ settings: ObjectiveSettings
) throws -> (t: Tensor, r: Tensor) {
  let first = try sigmoid(a * settings.pStd + settings.pMean), second = try sigmoid(b * settings.pStd + settings.pMean)
  let t = try maximum(first, second)
  return (t, try select(isFlow, t, minimum(first, second)))
}

/// The guidance scale of a uniform number, in 1 ... 1 + range, with density proportional to omega^-beta.
func guidanceScale(_ u: Tensor, beta: Double, range: Double = 7) throws -> Tensor {
  if beta == 1 { return try exp(u * Glibc.log1p(range)) }
  let top = Glibc.pow(1 + range, 1 - beta) - 1
  return try exp(log1p(u * top) / (1 - beta))
}

/// Each loss over stopgrad((loss + eps)^p).
func adaptivelyWeighted(_ loss: Tensor, _ settings: ObjectiveSettings) throws -> Tensor {
  try loss / stopGradient(power(loss + settings.normEps, settings.normP))
}
