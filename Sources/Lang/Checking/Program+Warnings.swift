// What is legal and yet surely not meant.

extension Program {
  /// In the order of the text.
  func warnings(keeps: Bool) -> [Diagnostic] {
    let survey = NameSurvey(of: statements)
    let dead = Reachability(of: statements, bound: survey.bound).unreachable.map(\.range)
    let unreachable = dead.map { ($0, Messages.unreachable) }
    let unused = Liveness(of: statements, keeps: keeps || isLibrary).findings
      .filter { finding in !dead.contains { $0.contains(finding.range.lowerBound) } }
      .prefix(Compiler.mostProblems)
      .map { finding in
        (finding.range, Messages.unused(finding, among: survey.mentioned.union(survey.bound).subtracting([finding.name])))
      }
    return (unused + unreachable).sorted { $0.0.lowerBound < $1.0.lowerBound }
      .map { range, warning in warning.located(Span(source: source, range: range)) }
  }

  /// A file that only defines is there to be imported: its names are read elsewhere.
  private var isLibrary: Bool {
    statements.allSatisfy { statement in
      switch statement.form {
      case .function, .assignment, .module: true
      case .expression, .update, .loop, .whileLoop, .leave, .next, .result, .assertion, .parameter: false
      }
    }
  }
}
