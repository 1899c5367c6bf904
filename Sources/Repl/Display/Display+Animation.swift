// Animations on a terminal: each frame is drawn over the one before.

import Tensor

extension Display {
  /// Plays an animation once, in place, below its caption. It ends with the last frame, at once when Ctrl-C comes. Where
  /// nobody watches, the last frame is all.
  func show(_ animation: Animation) {
    recent.add(.animation(animation))
    console.write(animation.captionLine + "\n")
    let form = form
    guard form != .caption else { return }
    let painter = painter(animation.frames, in: form)
    guard console.isTerminal else { return send { try painter.draw(animation.last) } }
    var rowsAbove = 0
    let began = Terminal.monotonicSeconds()
    for (index, frame) in animation.frames.enumerated() {
      let isLast = index == animation.frames.count - 1
      if !isLast {
        let next = Double(index + 1) / animation.framesPerSecond
        // Where a terminal is slow, frames are left out rather than the time stretched.
        if Self.isStopped || Terminal.monotonicSeconds() - began > next { continue }
      }
      guard let drawing = prepared({ try painter.draw(frame) }) else { return }
      // A frame that nobody knows the height of cannot be drawn over.
      guard let rows = drawing.rows else { return send { try painter.draw(animation.last) } }
      let up = rowsAbove > 0 ? Array("\u{1b}[\(rowsAbove)A".utf8) : []
      Signals.holdingInterrupt { console.write(bytes: up + drawing.bytes) }
      rowsAbove = rows
      if !isLast { Self.wait(until: began + Double(index + 1) / animation.framesPerSecond) }
    }
  }

  /// Whether somebody wants it to end.
  private static var isStopped: Bool {
    Interrupt.isRequested || !Signals.raised.isDisjoint(with: [.interrupt, .terminate])
  }

  private static func wait(until time: Double) {
    while !isStopped {
      let left = Int(((time - Terminal.monotonicSeconds()) * 1000).rounded(.up))
      guard left > 0 else { return }
      // A signal may come between the question and the wait: no wait is long.
      _ = Terminal.wait(for: [], milliseconds: min(left, 40))
    }
  }
}
