// The libraries that the program adds to the language's own.

import Lang

extension Library {
  static let program: [Library] = [models, objectives, training, sampling, data, evaluation, shows]
}
