// Runs number code. Whatever the code cannot do (a count that is not finite, a recursion too deep) it refuses: the caller
// then runs the same program as closures, from the start, since number code changes nothing outside its registers.

import Foundation
import Tensor

final class NumberMachine {
  enum Ending {
    /// A loop ran to its end.
    case finished
    /// A function, or the function around a loop, returns.
    case result(Value)
    case interrupted
    case refused
  }

  /// A call under way.
  private struct Return {
    let next: UnsafePointer<NumberInstruction>
    let frame: UnsafeMutablePointer<Double>
  }

  private static let capacity = 1 << 20
  private static let deepest = 1 << 17
  /// Registers of one frame at most.
  static let frameSize = 250
  /// Jumps back and calls between two looks for an interrupt: some 50 microseconds.
  private static let patience = 10_000

  /// Registers of all frames: the entered code's first.
  let registers = UnsafeMutablePointer<Double>.allocate(capacity: capacity)
  /// Values of the outer names, in the code's order.
  let outers = UnsafeMutablePointer<Double>.allocate(capacity: frameSize)
  private let returns = UnsafeMutablePointer<Return>.allocate(capacity: deepest)

  deinit {
    registers.deallocate()
    outers.deallocate()
    returns.deallocate()
  }

  /// Reads the outer names; false where one has no number.
  func loadOuters(of code: NumberCode) -> Bool {
    for (index, global) in code.outers.enumerated() {
      guard case .number(let number)? = global.value ?? global.builtin else { return false }
      outers[index] = number
    }
    return true
  }

  /// Looks for an interrupt now and then.
  @inline(__always)
  private static func mayGoOn(_ patience: inout Int) -> Bool {
    patience &-= 1
    guard patience == 0 else { return true }
    patience = Self.patience
    return !Interrupt.isRequested
  }

  func run(_ code: NumberCode) -> Ending {
    let start = code.instructions
    let pool = code.pool
    let bottom = registers
    let top = bottom + (Self.capacity - 2 * Self.frameSize)
    var frame = bottom
    var depth = 0
    var patience = Self.patience
    var next = start
    while true {
      let instruction = next.pointee
      next += 1
      let (a, b, c) = (Int(instruction.a), Int(instruction.b), Int(instruction.c))
      switch instruction.operation {
      case .constants: for index in 0..<b { frame[a &+ index] = pool[c &+ index] }
      case .outer: frame[a] = outers[b]
      case .move: frame[a] = frame[b]
      case .truth: frame[a] = Double(b)
      case .add: frame[a] = frame[b] + frame[c]
      case .subtract: frame[a] = frame[b] - frame[c]
      case .multiply: frame[a] = frame[b] * frame[c]
      case .divide: frame[a] = frame[b] / frame[c]
      case .floorDivide: frame[a] = Operators.number(.floorDivide, frame[b], frame[c])
      case .remainder: frame[a] = Operators.remainder(frame[b], frame[c])
      case .power: frame[a] = Operators.power(frame[b], frame[c])
      case .negate: frame[a] = -frame[b]
      case .apply: frame[a] = code.functions[c](frame[b])
      case .jump: next = start + a
      case .jumpIf: if frame[b] != 0 { next = start + a }
      case .jumpUnless: if frame[b] == 0 { next = start + a }
      case .jumpIfLess: if frame[b] < frame[c] { next = start + a }
      case .jumpIfLessEqual: if frame[b] <= frame[c] { next = start + a }
      case .jumpIfEqual: if frame[b] == frame[c] { next = start + a }
      case .jumpUnlessLess: if !(frame[b] < frame[c]) { next = start + a }
      case .jumpUnlessLessEqual: if !(frame[b] <= frame[c]) { next = start + a }
      case .jumpUnlessEqual: if !(frame[b] == frame[c]) { next = start + a }
      case .jumpBack:
        guard Self.mayGoOn(&patience) else { return .interrupted }
        next = start + a
      case .prepareCount:
        let range = NumberRange(start: frame[b &+ 2], end: frame[b &+ 1], step: frame[b &+ 3])
        guard range.start.isFinite, range.end.isFinite, range.step.isFinite, range.step != 0 else { return .refused }
        frame[b] = -1
        frame[b &+ 1] = Double(range.count)
      case .count:
        let index = frame[b] + 1
        guard index < frame[b &+ 1] else { continue }
        frame[b] = index
        frame[a] = frame[b &+ 2] + index * frame[b &+ 3]
        next = start + c
        guard Self.mayGoOn(&patience) else { return .interrupted }
      case .call:
        guard depth < Self.deepest, frame < top else { return .refused }
        returns[depth] = Return(next: next, frame: frame)
        depth &+= 1
        frame += a
        next = start + b
        guard Self.mayGoOn(&patience) else { return .interrupted }
      case .result:
        frame[0] = frame[a]
        guard depth > 0 else { return .result(code.resultKind.value(frame[0])) }
        depth &-= 1
        next = returns[depth].next
        frame = returns[depth].frame
      case .finish: return .finished
      case .leave: return .result(NumberKind(truth: b != 0).value(frame[a]))
      }
    }
  }
}
