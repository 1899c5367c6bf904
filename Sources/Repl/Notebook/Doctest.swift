// `--doctest`: the examples of a script's comments, or of every builtin, run and compared with what they show.

import Lang

enum Doctest {
  /// Runs the examples of scripts; true where all give what they show.
  static func run(_ script: Script, session: Session, stackSize: Int, _ report: (Diagnostic) -> Void) throws(Diagnostic) -> Bool {
    let test = DocumentationTest(script.source)
    let problems = try test.problems(libraries: Library.program, session: session, stackSize: stackSize)
    problems.forEach(report)
    Console.output.write("\(script.source.name): \(summary(test.count, failed: problems.count))\n")
    return problems.isEmpty
  }

  /// Runs the examples of all builtins, and what is documented to fail.
  static func runBuiltins(stackSize: Int) -> Bool {
    let rows = Interpreter(libraries: Library.program) { _ in }.builtins
    let problems = rows.flatMap { $0.discrepancies(libraries: Library.program, stackSize: stackSize) }
    for problem in problems { Console.errors.write(problem + "\n") }
    let count = rows.reduce(0) { $0 + 1 + $1.fails.count }
    Console.output.write("\(rows.count) builtins: \(summary(count, failed: problems.count))\n")
    return problems.isEmpty
  }

  private static func summary(_ count: Int, failed: Int) -> String {
    count == 0 ? "no examples" : "\(count) example\(count == 1 ? "" : "s"), " + (failed == 0 ? "all as shown" : "\(failed) not as shown")
  }
}
