// AdamW as optax has it: bias-corrected moments, eps outside the root, decoupled weight decay.

import Glibc
import Tensor

/// One parameter's update.
///
/// - Parameters:
///   - count: updates made including this one, from 1.
///   - rate: the learning rate of this step.
/// - Returns: the new parameter and moments, as one fusable chain.
func adamW(
  _ p: Tensor, gradient g: Tensor, mu: Tensor, nu: Tensor, count: Int, rate: Double, _ settings: TrainingSettings
) throws -> (p: Tensor, mu: Tensor, nu: Tensor) {
  let mu = try mu * settings.b1 + g * (1 - settings.b1)
  let nu = try nu * settings.b2 + g * g * (1 - settings.b2)
  let muHat = 1 / (1 - Glibc.pow(settings.b1, Double(count))), nuHat = 1 / (1 - Glibc.pow(settings.b2, Double(count)))
  var update = try mu * muHat / (sqrt(nu * nuHat) + settings.eps)
  if settings.weightDecay != 0 { update = try update + p * settings.weightDecay }
  return (try p - update * rate, mu, nu)
}
