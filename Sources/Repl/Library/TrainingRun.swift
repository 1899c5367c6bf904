// A training state as a value of the language.

import Lang
import MeanFlow
import Tensor

/// `train_state(...)`.
struct TrainingRun: LanguageObject {
  let state: TrainingState

  var typeName: String { "state" }

  var summary: String {
    var text = "state at step \(state.step)"
    if let m = state.metrics {
      text += ", loss_u \(NumberText.short(m.lossU)), loss_v \(NumberText.short(m.lossV)), lr \(NumberText.short(m.learningRate))"
    }
    return text + ", " + Model(network: state.network).summary
  }

  var fieldNames: [String] {
    ["step", "loss", "loss_u", "loss_v", "grad_norm", "lr", "model", "ema", "emas", "params", "ema_params", "settings", "objective"]
  }

  func field(_ name: String) throws -> Value? {
    func measured(_ path: KeyPath<TrainingState.Metrics, Double>) -> Value {
      state.metrics.map { .number($0[keyPath: path]) } ?? .none
    }
    switch name {
    case "step": return .number(Double(state.step))
    case "loss": return measured(\.loss)
    case "loss_u": return measured(\.lossU)
    case "loss_v": return measured(\.lossV)
    case "grad_norm": return measured(\.gradientNorm)
    case "lr": return .number(state.metrics?.learningRate ?? state.settings.learningRate(at: state.updates))
    case "model": return .object(Model(network: state.network))
    case "ema": return .object(Model(network: state.emaNetwork))
    case "emas": return .list(state.averages.map { .object(Model(network: state.network.with($0))) })
    case "params": return try Model(network: state.network).field("params")
    case "ema_params": return try Model(network: state.emaNetwork).field("params")
    case "settings": return .record(Record(state.settings.settings.map { ($0.name, Value($0.value)) }))
    case "objective": return .record(Record(state.objective.settings.map { ($0.name, Value($0.value)) }))
    default: return nil
    }
  }
}
