// Errors of the modules below, as the language shows them.

public import Formats
public import Lang
public import MeanFlow

extension FormatError: DescribedError {
  public var kind: Diagnostic.Kind {
    switch reason {
    case .io: .io
    case .format: .format
    case .value: .value
    }
  }
}

extension ConfigurationError: DescribedError {
  public var kind: Diagnostic.Kind { field == nil ? .value : .argument }
  public var message: String { (field.map { "`\($0)` " } ?? "") + reason }
}

extension ParameterError: DescribedError {
  public var kind: Diagnostic.Kind { .value }
  /// All of them, also where a wrong checkpoint makes hundreds: what is left out cannot be looked up.
  public var message: String {
    func list(_ names: [String]) -> String { "\(names.count) (\(names.joined(separator: ", ")))" }
    var parts: [String] = []
    if !missing.isEmpty { parts.append("missing: \(list(missing))") }
    if !extra.isEmpty { parts.append("not in the network: \(list(extra))") }
    if !misshaped.isEmpty {
      parts.append("of another shape: " + list(misshaped.map { "\($0.name) \($0.found), needed \($0.needed)" }))
    }
    return "the parameters do not fit the network: " + parts.joined(separator: "; ")
  }
  public var hint: String? { "does the configuration belong to this checkpoint?" }
}

extension PictureError: DescribedError {
  var kind: Diagnostic.Kind { .shape }
  var message: String { description }
  var hint: String? { nil }
}

extension PlotError: DescribedError {
  var kind: Diagnostic.Kind { .shape }
  var message: String { description }
  var hint: String? { nil }
}
