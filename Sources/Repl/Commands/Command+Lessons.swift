// `:lesson`: goes through a lesson as a reader turns pages.

import Lang

extension Command {
  static let lessons = [
    Command.ending(
      ":lesson number", "learn the method step by step: the lessons, one of them, the next step of the one begun; :lesson solution"
    ) { prompt, argument in
      switch argument {
      case "" where prompt.lesson == nil: prompt.listLessons()
      case "": return try prompt.goOn()
      case "list": prompt.listLessons()
      case "solution":
        guard let task = prompt.lesson?.task else { throw Failure("no task is waiting; :lesson goes on") }
        return prompt.runShown(task.solution)
      default:
        guard let number = Int(argument), Lesson.all.indices.contains(number - 1) else {
          throw Failure("expected :lesson, :lesson 1 to :lesson \(Lesson.all.count), :lesson list or :lesson solution")
        }
        prompt.lesson = LessonPlace(number: number)
        prompt.say(LessonText.strong("**\(Lesson.all[number - 1].title)**\n", prompt.console.isColoured))
        return try prompt.goOn()
      }
      return nil
    }
  ]
}

extension Prompt {
  fileprivate func listLessons() {
    for (index, lesson) in Lesson.all.enumerated() { say("  \(index + 1)  \(lesson.title)\n") }
    say(":lesson 1 begins; :lesson goes on with the one begun\n")
  }

  /// Looks at a task that waits, and shows what comes up to the next cell or task.
  fileprivate func goOn() throws -> ExitStatus? {
    guard var place = lesson else { return nil }
    if let task = place.task {
      if let complaint = try complaint(of: task.check) {
        say("not yet: \(complaint)\n" + faint("(:lesson looks again; :lesson solution shows one way)") + "\n")
        return nil
      }
      say("right\n")
      place.step += 1
    }
    while place.step < place.lesson.steps.count {
      switch place.lesson.steps[place.step] {
      case .prose(let text):
        say("\n" + LessonText.lines(text, columns: console.columns, isColoured: console.isColoured) + "\n\n")
        place.step += 1
      case .cell(let text):
        place.step += 1
        lesson = place
        let status = runShown(text)
        say(faint("(:lesson goes on)") + "\n")
        return status
      case .task:
        lesson = place
        say(faint("(:lesson looks at what you made; :lesson solution shows one way)") + "\n")
        return nil
      }
    }
    lesson = nil
    let next = place.number < Lesson.all.count ? "; :lesson \(place.number + 1) is \(Lesson.all[place.number].title)" : ", and they were all"
    say(faint("(lesson \(place.number) is done\(next))") + "\n")
    return nil
  }

  /// Runs a cell that nobody typed: it is shown first.
  fileprivate func runShown(_ text: String) -> ExitStatus? {
    say("in [\(notebook.number)]> \(text)\n")
    return runCell(text)
  }

  /// Why what the learner made is not what it should be; nil where it is. The check leaves no names, and takes no random numbers.
  private func complaint(of check: String) throws -> String? {
    let source = Source(name: "the check", text: check)
    let names = Array(CellNames(source).bound) + ["_"]
    let (before, random) = (names.map { ($0, interpreter[$0]) }, interpreter.session.random)
    defer {
      for (name, value) in before { interpreter[name] = value }
      interpreter.session.random = random
    }
    do throws(Diagnostic) {
      _ = try Signals.whileComputing { () throws(Diagnostic) in try interpreter.run(source) }
      return nil
    } catch {
      guard error.kind != .interrupt, error.kind != .limit else { throw error }
      return error.message.hasPrefix("assertion failed: ") ? String(error.message.dropFirst("assertion failed: ".count)) : error.message
    }
  }
}
