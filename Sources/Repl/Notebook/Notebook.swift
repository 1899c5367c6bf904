// A session of cells: runs them one after the other and remembers what each one read, gave and showed. Who reads the cells
// (Prompt, exports, Jupyter) and who shows what they show (Stage) are others. Notebook+Undo, Notebook+Stale and
// Notebook+Saving say what remembering is good for.

import Lang
import Tensor

final class Notebook {
  let interpreter: Interpreter
  private(set) var cells: [Cell] = []
  /// The number of the next cell.
  private(set) var number = 1
  /// The cell that gave each name its present value.
  private(set) var binders: [String: Int] = [:]
  /// Bytes of tensors that earlier results may keep alive.
  var resultLimit = 256 << 20
  /// Bytes of tensors that `:undo` may keep alive.
  var undoLimit = 256 << 20
  /// Bytes of pictures and text that cells keep for exports.
  private static let outputLimit = 256 << 20
  /// Where it is written down what cells are and show.
  var transcript: Transcript?
  /// Who sees what cells give.
  var results = Results.everybody
  /// Whether somebody goes on with the cells: has results by number, and takes cells back.
  private let isSession: Bool

  enum Results {
    case everybody
    /// Exports and transcripts; a script prints no values.
    case watchers
    /// Everybody, as `-e` shows its value.
    case unlabelled
  }

  init(_ interpreter: Interpreter, isSession: Bool = true) {
    self.interpreter = interpreter
    self.isSession = isSession
  }

  /// Runs a cell and shows what it gives.
  /// - Parameters:
  ///   - title: what stands behind `#%%`.
  ///   - source: what errors cite and imports look beside, where that is no cell by itself.
  @discardableResult
  func run(_ text: String, title: String = "", from source: Source? = nil) -> Cell {
    let source = source ?? Source(name: "in [\(number)]", text: text)
    var cell = Cell(number: number, title: title, text: text, names: CellNames(source))
    number += 1
    for name in cell.names.read { cell.sources[name] = binders[name] ?? 0 }
    let snapshot = !isSession ? nil : Snapshot(
      values: cell.names.bound.map { ($0, interpreter[$0]) }, binders: cell.names.bound.map { ($0, binders[$0]) },
      random: interpreter.session.random)
    let recorder = Recorder()
    transcript?.begin(text, number: cell.number)
    let began = Terminal.monotonicSeconds()
    Memory.beginPeak()
    Stage.watched(by: recorder) { run(source, &cell) }
    cell.seconds = Terminal.monotonicSeconds() - began
    cell.peakBytes = Memory.peak
    cell.outputs = recorder.outputs
    transcript?.end(cell)
    if cell.isDone || interpreter.keepsNamesOnError {
      for name in cell.names.bound { binders[name] = cell.number }
      cell.before = snapshot
    }
    cells.append(cell)
    forget()
    return cell
  }

  private func run(_ source: Source, _ cell: inout Cell) {
    do {
      let outcome = try Signals.whileComputing { () throws(Diagnostic) in try interpreter.run(source) }
      guard !outcome.value.isNone else { return }
      if isSession {
        cell.value = outcome.value
        interpreter["_\(cell.number)"] = outcome.value
      }
      if !outcome.isHidden { show(outcome.value, of: cell.number) }
    } catch {
      if error.kind == .exit {
        cell.status = .exited(error.exitCode ?? 0)
        return
      }
      cell.status = error.kind == .interrupt ? .interrupted(error) : .failed(error)
      Stage.show(.error(error))
    }
  }

  private func show(_ value: Value, of cell: Int) {
    let output = Output(value, cell: cell)
    switch results {
    case .everybody: Stage.show(output)
    case .watchers: Stage.note(output)
    case .unlabelled:
      Stage.note(output)
      Stage.frontEnd.show(Output(value))
    }
  }

  /// A later run of the same text took a cell's place.
  func supersede(_ number: Int) {
    if let index = cells.firstIndex(where: { $0.number == number }) { cells[index].isSuperseded = true }
  }

  /// Takes away the newest cell, and puts back what it had changed.
  func withdraw(_ cell: Cell, _ snapshot: Snapshot) {
    for (name, value) in snapshot.values { interpreter[name] = value }
    for (name, cell) in snapshot.binders { binders[name] = cell }
    interpreter.session.random = snapshot.random
    cells.removeAll { $0.number >= cell.number }
    interpreter["_\(cell.number)"] = nil
    interpreter["_"] = cells.last { !$0.value.isNone }?.value
  }

  /// Takes up where a frozen session stopped.
  func resume(cells: [Cell], binders: [String: Int], number: Int) {
    self.cells = cells
    self.binders = binders
    self.number = number
  }

  // MARK: bounds of memory

  /// The oldest results, snapshots and outputs go, so that the newest fit.
  private func forget() {
    var (results, snapshots, outputs) = (0, 0, 0)
    for index in cells.indices.reversed() {
      let cell = cells[index]
      // Neither none nor what stands for a forgotten result holds anything.
      let bytes = cell.value.heldBytes
      if bytes > 0, results + bytes > resultLimit {
        let stub = Value.object(ForgottenResult(cell: cell.number, what: cell.value.kindInWords, bytes: bytes, limit: resultLimit))
        interpreter["_\(cell.number)"] = stub
        cells[index].value = stub
      } else {
        results += bytes
      }
      snapshots += cell.before?.heldBytes ?? 0
      if snapshots > undoLimit { cells[index].before = nil }
      outputs += cell.outputs.reduce(0) { $0 + $1.byteCount }
      if outputs > Self.outputLimit { cells[index].outputs = [.text("[what it showed was not kept: it was too much]\n")] }
    }
  }
}
