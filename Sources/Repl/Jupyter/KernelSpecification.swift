// `--jupyter-install`: tells Jupyter how our kernel is started, in the folder where Jupyter looks for kernels.

import Foundation

/// kernel.json.
struct KernelSpecification: Encodable {
  let argv: [String]
  let displayName = JupyterFile.kernel.displayName
  let language = JupyterFile.kernel.language
  // A signal arrives whatever the program does, and with clients that know no other way. The message is understood, too.
  let interruptMode = "signal"

  private enum CodingKeys: CodingKey { case argv, displayName, language, interruptMode }

  /// - Parameter options: of the program, in each session.
  init(program: String, options: [String]) { argv = [program] + options + ["--jupyter", "{connection_file}"] }

  /// Writes the kernel's folder, in place of an older one.
  func install(in folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes, .sortedKeys]
    try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(fileURLWithPath: folder + "/kernel.json"), options: .atomic)
    try Data(Self.logo.utf8).write(to: URL(fileURLWithPath: folder + "/logo-svg.svg"), options: .atomic)
  }

  /// A step from noise to an image: a straight arrow across a disc.
  private static let logo = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><circle cx="32" cy="32" r="30" fill="#0072b2"/>
    <path d="M14 44 46 20m0 0-13 2m13-2-5 12" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round"/></svg>

    """
}

/// Where Jupyter looks for kernels.
enum KernelFolder {
  case user
  case prefix(String)
  /// The virtual environment that is active.
  case environment

  /// The folder of our kernel.
  func path(_ variable: (String) -> String? = Terminal.environment) throws(UsageError) -> String {
    try data(variable) + "/kernels/" + JupyterFile.kernel.name
  }

  private func data(_ variable: (String) -> String?) throws(UsageError) -> String {
    switch self {
    case .prefix(let prefix): return prefix + "/share/jupyter"
    case .environment:
      guard let prefix = variable("VIRTUAL_ENV") ?? variable("CONDA_PREFIX") else {
        throw UsageError("--sys-prefix: no virtual environment is active; activate it, or name its folder with --prefix")
      }
      return prefix + "/share/jupyter"
    case .user:
      if let folder = variable("JUPYTER_DATA_DIR") { return folder }
      if let folder = variable("XDG_DATA_HOME") { return folder + "/jupyter" }
      guard let home = variable("HOME") else { throw UsageError("HOME is not set: name a folder with --prefix") }
      return home + "/.local/share/jupyter"
    }
  }
}

/// `--jupyter-install` and `--jupyter-uninstall`.
enum KernelInstallation {
  static func install(in place: KernelFolder, options: [String]) throws -> ExitStatus {
    let folder = try place.path()
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    do {
      try KernelSpecification(program: program, options: options).install(in: folder)
    } catch let error as CocoaError {
      return refused("\(folder) cannot be written: \(error.localizedDescription)")
    }
    Console.output.write(
      """
      the kernel \(JupyterFile.kernel.name) is in \(folder)
      it starts \(program)
      next: `jupyter lab` or `jupyter notebook`, and choose \(JupyterFile.kernel.displayName); in a terminal `jupyter console --kernel \(JupyterFile.kernel.name)`
      `imf-repl --jupyter-uninstall` takes it away\n
      """)
    return .done
  }

  static func uninstall(from place: KernelFolder) throws -> ExitStatus {
    let folder = try place.path()
    guard Terminal.fileExists(folder) else { return refused("there is no kernel in \(folder)") }
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      return refused("\(folder) cannot be taken away: \(error.localizedDescription)")
    }
    Console.output.write("\(folder) is gone\n")
    return .done
  }

  private static func refused(_ why: String) -> ExitStatus {
    Console.errors.write("imf-repl: \(why)\n")
    return .file
  }
}

extension ProgramOptions {
  func kernelFolder() throws(UsageError) -> KernelFolder {
    switch (user, sysPrefix, prefix) {
    case (_, false, nil): return .user
    case (false, true, nil): return .environment
    case (false, false, let prefix?):
      // Jupyter reads the folder from wherever it is started.
      return .prefix(URL(fileURLWithPath: prefix).standardizedFileURL.path)
    default: throw UsageError("--user, --sys-prefix and --prefix exclude each other")
    }
  }

  /// What every session of the kernel is started with.
  var keptForKernel: [String] {
    (threads.map { ["--threads", "\($0)"] } ?? []) + (seed == 0 ? [] : ["--seed", "\(seed)"]) + (safe ? ["--safe"] : [])
  }
}
