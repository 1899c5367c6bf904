// Lessons: each way through them leads to the end, and checks know right from wrong.

import Lang
import Testing

@testable import Repl

/// Lessons with so little training that they are quick; no check looks at how good the networks are, but for that of lesson 1.
private let quick: [Lesson] = Lesson.all.enumerated().map { index, lesson in
  if index == 0 { return lesson }
  let shorter = ["2000)": "3)", "steps = 400": "steps = 2", "steps = 600": "steps = 3", "n = 500, size = 100": "n = 20, size = 10"]
  return Lesson(text: lesson.text { shorter.reduce($0) { $0.replacing($1.key, with: $1.value) } })
}

extension Lesson {
  /// The lesson as a script, its cells changed.
  fileprivate func text(_ change: (String) -> String) -> String {
    let parts = steps.map { step in
      switch step {
      case .prose(let text): "#%% [md]\n" + text.split(separator: "\n", omittingEmptySubsequences: false).map { "# \($0)" }.joined(separator: "\n")
      case .cell(let text): "#%%\n" + change(text)
      case .task(let solution, let check): "#%% solution\n\(change(solution))\n#%% check\n\(change(check))"
      }
    }
    return "#%% [md]\n# # \(title)\n" + parts.joined(separator: "\n")
  }
}

@Suite struct LessonTests {
  @Test(arguments: Lesson.all.indices) func aLessonIsATitleProseCellsAndTasks(_ index: Int) {
    let lesson = Lesson.all[index]
    #expect(!lesson.title.isEmpty)
    #expect(lesson.steps.contains { if case .task(let solution, let check) = $0 { !solution.isEmpty && check.contains("assert") } else { false } })
    // A task comes after the prose that sets it.
    for (before, step) in zip(lesson.steps, lesson.steps.dropFirst()) {
      guard case .task = step else { continue }
      #expect({ if case .prose(let text) = before { text.contains("**Your turn.**") } else { false } }())
    }
    #expect(Lesson(text: lesson.text { $0 }).steps == lesson.steps)
    if case .prose(let end)? = lesson.steps.last, index < 4 { #expect(end.contains("`:lesson \(index + 2)`") || index == 0) }
  }

  @Test(arguments: Lesson.all.indices) func itsOwnSolutionsPass(_ index: Int) throws {
    let session = TestSession()
    for step in quick[index].steps {
      switch step {
      case .prose: continue
      case .cell(let text): #expect(!session.take(text).contains("error["), "\(text)")
      case .task(let solution, let check):
        #expect(!session.take(solution).contains("error["), "\(solution)")
        #expect(!session.take(check).contains("error["), "\(check)")
      }
    }
  }

  /// What learners get wrong, and what they are told.
  @Test(arguments: [
    (2, 0, "fn u(z, r, t) = flow(z, t, r) / (t - r)", "the path leads to"), (2, 1, "fn V(z, r, t) = u(z, r, t)", "and the velocity"),
    (3, 0, "fn target(velocity, r, t, change) = stop_gradient(velocity + (t - r) * change)", "is 2 - 0.5 * 3"),
    (3, 0, "fn target(velocity, r, t, change) = velocity - (t - r) * change", "moves with the network"),
    (3, 1, "two = one", "a step from t to r"),
    (4, 0, "fn compound(p, z, r, t) {\n  v = network(p, z, t, t).v\n  out, change = jvp((z, r, t) -> network(p, z, r, t), [z, r, t], [v, 0, 1])\n  {u: out.u, v: out.v, V: out.u + (t - r) * change.u}\n}", "gradients go through"),
    (4, 0, "fn compound(p, z, r, t) {\n  out = network(p, z, r, t)\n  {u: out.u, v: out.v, V: out.u}\n}", "V is not"),
  ]) func wrongAnswersAreTold(_ lesson: Int, _ task: Int, _ answer: String, _ complaint: String) throws {
    let session = TestSession()
    var tasks = -1
    for step in quick[lesson - 1].steps {
      switch step {
      case .prose: continue
      case .cell(let text): session.take(text)
      case .task(let solution, let check):
        tasks += 1
        session.take(tasks == task ? answer : solution)
        guard tasks == task else { continue }
        #expect(session.take(check).contains(complaint))
        return
      }
    }
    Issue.record("lesson \(lesson) has no task \(task)")
  }

  @Test func aLearnerGoesThroughTheSecond() throws {
    let session = TestSession()
    #expect(session.take(":lesson").contains("2  Average velocity"))
    let begin = session.take(":lesson 2")
    #expect(begin.contains("in [1]> deviation = ") && begin.contains("[plot") && begin.contains("(:lesson goes on)"))
    #expect(session.take(":lesson").contains("Your turn. Define `u(z, r, t)`"))
    // Nothing was made yet, then something wrong, then what is asked for.
    #expect(session.take(":lesson").contains("not yet: ") && session.value("u") == nil)
    session.take("fn u(z, r, t) = 0")
    let wrong = session.take(":lesson")
    #expect(wrong.contains("not yet: from z = 2 at t = 0.75 the path leads to") && !wrong.contains("error["))
    session.take("fn u(z, r, t) = (z - flow(z, t, r)) / (t - r)")
    let right = session.take(":lesson")
    #expect(right.contains("right\n") && right.contains("noise = normal"))
    #expect(session.take(":lesson").contains("u + (t - r) du/dt = v"))
    #expect(session.take(":lesson solution").contains("fn V(z, r, t)"))
    let end = session.take(":lesson")
    #expect(end.contains("right\n") && end.contains("lesson 2 is done; :lesson 3 is MeanFlow"))
    #expect(session.take(":lesson").contains(":lesson 1 begins"))
  }

  @Test func checksLeaveNoNamesAndTakeNoRandomNumbers() throws {
    let (session, other) = (TestSession(seed: 3), TestSession(seed: 3))
    for _ in 0..<2 { session.take(":lesson 2", "z = 5", ":lesson", ":lesson solution", ":lesson") }
    #expect(session.value("z") == "5" && session.value("r") == nil)
    #expect(session.take("print(rand())") == other.take("print(rand())"))
  }

  @Test(arguments: [":lesson 0", ":lesson 6", ":lesson two"]) func otherLessonsAreNot(_ command: String) {
    #expect(TestSession().take(command).contains("expected :lesson"))
  }

  @Test func withoutATaskThereIsNoSolution() {
    #expect(TestSession().take(":lesson solution").contains("no task is waiting"))
  }

  @Test func proseFitsTheTerminal() {
    let prose = "One two three four five six seven **strong** eight\nnine ten.\n\n    a = b + c       # as it is, however long it may be in the end\n\nLast."
    let lines = LessonText.lines(prose, columns: 31, isColoured: false).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first == "One two three four five six" && lines.contains("    a = b + c       # as it is, however long it may be in the end") && lines.last == "Last.")
    #expect(lines.allSatisfy { $0.count <= 30 || $0.hasPrefix("    ") } && lines.contains { $0.contains("strong") && !$0.contains("*") })
    #expect(LessonText.lines(prose, columns: 80, isColoured: true).contains("\u{1B}[1mstrong\u{1B}[0m"))
  }
}
