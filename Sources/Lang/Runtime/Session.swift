// Settings and state that builtins share: the script's arguments and the session's random generator.

public import Tensor

/// What one run of the program is given, and its random stream. Confined to the interpreter's thread.
public final class Session: @unchecked Sendable {
  /// What stands after the script's name on the command line.
  public let arguments: [String]
  /// `--name value`, for `param`.
  public let parameters: [String: String]
  /// What the random stream began with.
  public let seed: Int
  /// Whether builtins must not write outside the folder or run programs.
  public let isSafe: Bool
  /// Where relative paths of `import` begin when the source has no file.
  public var folder: String?
  public var random: RandomStream

  public init(
    arguments: [String] = [], parameters: [String: String] = [:], seed: Int = 0, isSafe: Bool = false
  ) {
    self.arguments = arguments
    self.parameters = parameters
    self.seed = seed
    self.isSafe = isSafe
    random = RandomStream(seed: seed)
  }

  /// A fresh key of the session's generator.
  public func nextKey() -> RandomKey { random.nextKey() }
  /// Starts the generator anew.
  public func reseed(_ seed: Int) { random = RandomStream(seed: seed) }
}

/// Keys split one after the other from a seed.
public struct RandomStream: Sendable, Equatable {
  /// What the next keys are split from.
  public private(set) var key: RandomKey

  init(seed: Int) { key = RandomKey(seed: seed) }
  /// Goes on where another stream was.
  public init(_ key: RandomKey) { self.key = key }

  mutating func nextKey() -> RandomKey {
    let parts = key.split(2)
    key = parts[0]
    return parts[1]
  }
}
