// Settings and state that builtins share: the script's arguments and the session's random generator.

public import Tensor

/// What one run of the program is given, and its random stream. Confined to the interpreter's thread.
public final class Session: @unchecked Sendable {
  /// What stands after the script's name on the command line.
  public let arguments: [String]
  /// `--name value`, for `param`.
  public let parameters: [String: String]
  /// Whether builtins must not write outside the folder or run programs.
  public let isSafe: Bool
  /// Where relative paths of `import` begin when the source has no file.
  public var folder: String?
  public private(set) var random: RandomStream

  public init(
    arguments: [String] = [], parameters: [String: String] = [:], seed: Int = 0, isSafe: Bool = false
  ) {
    self.arguments = arguments
    self.parameters = parameters
    self.isSafe = isSafe
    random = RandomStream(seed: seed)
  }

  /// A fresh key of the session's generator.
  public func nextKey() -> RandomKey { random.nextKey() }
  /// Starts the generator anew.
  public func reseed(_ seed: Int) { random = RandomStream(seed: seed) }
}

/// Keys split one after the other from a seed.
public struct RandomStream: Sendable {
  private var key: RandomKey

  init(seed: Int) { key = RandomKey(seed: seed) }

  mutating func nextKey() -> RandomKey {
    let parts = key.split(2)
    key = parts[0]
    return parts[1]
  }
}
