// The objectives that led to improved MeanFlow, for comparison and teaching.

public import Tensor

/// MeanFlow (arXiv 2505.13447): u is regressed on stopgrad(v_t - (t - r) du/dt), the JVP taken along (v_t, 1, 0). The
/// target moves with the network. Without guidance: omega 1 on the whole interval.
///
/// - Returns: the weighted loss and the plain mean of squares.
public func meanFlow(
  _ net: Network, _ x: Tensor, _ y: Tensor, _ draws: Draws, _ settings: ObjectiveSettings = .init()
) throws -> (loss: Tensor, lossU: Tensor) {
  let B = x.shape[0], k = draws.flowRows ?? settings.flowRows(of: B)
  let isFlow = try less(.arange(B), Tensor(Double(k), dtype: .int32)).reshaped([B, 1, 1, 1])
  let (t, r) = try sampleTimes(draws.normalT, draws.normalR, isFlow, settings)
  let z = try (1 - t) * x + t * draws.e, vT = try draws.e - x
  let (outputs, tangents) = try jvp(
    { [try average(net, $0[0], $0[1], $0[2], y)] }, at: [z, t, r], along: [vT, .ones(t.shape), nil])
  let target = try stopGradient(vT - (t - r) * (tangents[0] ?? .zeros(z.shape)))
  let error = try square(outputs[0] - target)
  return (try mean(adaptivelyWeighted(sum(error, axes: [1, 2, 3]), settings)), try mean(error))
}

/// Flow matching: u at r = t is regressed on e - x. One step of such a model does not generate.
public func flowMatching(
  _ net: Network, _ x: Tensor, _ y: Tensor, _ draws: Draws, _ settings: ObjectiveSettings = .init()
) throws -> Tensor {
  let t = try sigmoid(draws.normalT * settings.pStd + settings.pMean)
  let z = try (1 - t) * x + t * draws.e
  return try mean(square(average(net, z, t, t, y) - (draws.e - x)))
}

/// u at (z, r, t) without guidance.
private func average(_ net: Network, _ z: Tensor, _ t: Tensor, _ r: Tensor, _ y: Tensor) throws -> Tensor {
  let flat = try t.reshaped([z.shape[0]])
  return try net(
    z,
    .init(
      t: flat, h: flat - r.reshaped([z.shape[0]]), omega: Tensor(1), tMin: Tensor(0), tMax: Tensor(1), y: y)
  ).u
}
