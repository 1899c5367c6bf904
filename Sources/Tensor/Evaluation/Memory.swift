// How much memory tensors may take: a limit of the user's, else what the machine or its container has. A request
// beyond it is an error that names what holds the rest; without it the system would kill the process.

import Foundation
import Synchronization

/// The account of tensor memory, for the whole process.
public enum Memory {
  /// Bytes; 0 where the user set none.
  private static let chosen = Atomic<Int>(0)

  /// The user's limit in bytes; nil leaves the machine's.
  public static var limit: Int? {
    get {
      let bytes = chosen.load(ordering: .relaxed)
      return bytes > 0 ? bytes : nil
    }
    set {
      chosen.store(newValue.map { max(1, $0) } ?? 0, ordering: .relaxed)
      // What lies idle would count against the process, not against its tensors.
      StoragePool.shared.release()
    }
  }

  /// Bytes that tensors hold now, and their largest sum so far.
  public static var live: Int { StoragePool.shared.liveBytes }
  public static var peak: Int { StoragePool.shared.peakBytes }
  /// Counts the peak anew: of one cell.
  public static func beginPeak() { StoragePool.shared.beginPeak() }

  /// Throws where so many bytes more would pass the limit: storage asks, and whoever builds a large array of
  /// numbers on the way to a tensor.
  public static func admit(_ bytes: Int, for operation: String = "memory") throws {
    let bound = limit ?? machine
    let used = live
    guard bytes > bound - used else { return }
    var error = TensorError(
      .limit, operation, [],
      "\(shown(bytes)) are needed, and \(shown(used)) of \(shown(bound)) are in use",
      hint: limit == nil ? "use a smaller batch or model" : "memory_limit(none) lifts the limit")
    error.isMemory = true
    throw error
  }

  /// The same for a number of elements of some bytes each, without overflow.
  public static func admit(_ count: Int, of size: Int, for operation: String) throws {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    try admit(overflow ? .max : bytes, for: operation)
  }

  /// `1.5 GiB`.
  public static func shown(_ bytes: Int) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var amount = Double(bytes), unit = 0
    while amount >= 1024, unit < units.count - 1 {
      amount /= 1024
      unit += 1
    }
    let text = unit == 0 || amount >= 100 ? String(Int(amount.rounded())) : String(format: "%.1f", amount)
    return "\(text) \(units[unit])"
  }

  /// What the machine has, or its container where that has less.
  private static let machine: Int = {
    var bytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    for path in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
      guard let text = try? String(contentsOfFile: path, encoding: .utf8),
        let bound = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), bound > 0
      else { continue }
      bytes = min(bytes, bound)
    }
    return bytes > 0 ? bytes : .max
  }()
}

extension Execution {
  private static let shownHolders = 3

  /// An error of a step with the operation it came from; one of memory also says what holds the memory.
  func explained(_ error: TensorError, in step: Step) -> TensorError {
    let node: Node? =
      switch step {
      case .single(let node): node
      case .group(let group): group.nodes.last
      }
    guard let node else { return error }
    guard error.isMemory else {
      var error = error
      if error.origin == nil { error.origin = node.origin }
      return error
    }
    var result = TensorError(.limit, step.label, [node.operand], error.reason, hint: error.hint)
    result.isMemory = true
    result.notes = holders()
    result.origin = node.origin
    return result
  }

  /// The largest arrays of this evaluation: those computed so far and the inputs of what is still to come.
  private func holders() -> [String] {
    var seen: Set<ObjectIdentifier> = []
    var found: [(bytes: Int, text: String)] = []
    func note(_ node: Node, _ array: NDArray?) {
      guard let array, seen.insert(ObjectIdentifier(array.storage)).inserted else { return }
      found.append((array.storage.byteCount, "\(node.operand) by \(node.primitive.name)"))
    }
    // Inputs first: the results of this evaluation may be views of them.
    for node in nodes {
      for input in node.inputs { note(input, input.value) }
    }
    for node in nodes { note(node, node.value ?? values[node.position]) }
    let largest = found.sorted { $0.bytes > $1.bytes }.prefix(Self.shownHolders)
    if largest.isEmpty { return [] }
    return ["most is held by " + largest.map { "\($0.text) (\(Memory.shown($0.bytes)))" }.joined(separator: ", ")]
  }
}

extension Tensor {
  /// Bytes of memory behind the computed value, 0 while it is pending; views share theirs.
  public var heldBytes: Int { node.value?.storage.byteCount ?? 0 }
  /// The operation that makes it.
  public var operation: String { node.primitive.name }
}
