// Lessons: the method step by step at the prompt. Each is a script (Texts/) of prose, cells, and tasks: what the learner is to
// define, one way to do it, and a check of what was done. Run in batch, the script takes its own way.

import Lang

struct Lesson {
  enum Step: Equatable {
    case prose(String)
    case cell(String)
    case task(solution: String, check: String)
  }

  let title: String
  let steps: [Step]

  static let all: [Lesson] = [
    PackageResources.flow_matching_imf, PackageResources.average_velocity_imf, PackageResources.meanflow_imf,
    PackageResources.improved_meanflow_imf, PackageResources.guidance_imf,
  ].map { Lesson(text: String(decoding: $0, as: UTF8.self)) }

  /// Reads a script whose first line of prose is the title, and in which `#%% solution` stands before its `#%% check`.
  init(text: String) {
    var title = ""
    var steps: [Step] = []
    var solution = ""
    for section in Document(text: text).sections {
      switch section {
      case .prose(let prose):
        let lines = prose.split(separator: "\n", omittingEmptySubsequences: false)
        let isHeading = title.isEmpty && lines.first?.hasPrefix("# ") == true
        if isHeading { title = String(lines[0].dropFirst(2)) }
        let text = lines.dropFirst(isHeading ? 1 : 0).joined(separator: "\n").trimmed
        if !text.isEmpty { steps.append(.prose(text)) }
      case .code("solution", let text): solution = text.trimmed
      case .code("check", let text): steps.append(.task(solution: solution, check: text.trimmed))
      case .code(_, let text): steps.append(.cell(text.trimmed))
      }
    }
    (self.title, self.steps) = (title, steps)
  }
}

extension String {
  fileprivate var trimmed: String { String(trimming(\.isNewline)) }
}

/// Where somebody is in a lesson.
struct LessonPlace {
  /// From 1.
  let number: Int
  var step = 0

  var lesson: Lesson { Lesson.all[number - 1] }
  /// The task that waits for the learner.
  var task: (solution: String, check: String)? {
    guard step < lesson.steps.count, case .task(let solution, let check) = lesson.steps[step] else { return nil }
    return (solution, check)
  }
}
