// What a name in a text stands for, as far as it shows without running the text.

public enum Meaning {
  /// A name that this text or an imported one binds.
  case definition(Definition)
  case builtin(Builtin)
  case constant(String, Value)
  /// What a value of a known type has: `x.shape`.
  case attribute(String, of: String)
  /// The file that an `import` names.
  case file(Source)

  /// Where it is written; nil where that is not in a text.
  public var definition: Definition? {
    if case .definition(let definition) = self { definition } else { nil }
  }

  /// How it is called, where it can be.
  public var signature: Signature? {
    switch self {
    case .definition(let definition): definition.signature
    case .builtin(let row): row.signature
    case .constant, .attribute, .file: nil
    }
  }

  /// A line or more of explanation; may be empty.
  public var documentation: String {
    switch self {
    case .definition(let definition): definition.documentation
    case .builtin(let row): row.doc
    case .attribute(let name, let owner): "`\(name)` of a \(owner)"
    case .constant, .file: ""
    }
  }
}
