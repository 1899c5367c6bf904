// What was shown can be shown again: after the window changed its size, or when tmux has lost the pixels.

import Synchronization

/// Something a display has shown.
enum Shown: Sendable, Equatable {
  case picture(Picture)
  case plot(Plot)
  case animation(Animation)
}

/// What a display has shown last.
final class RecentlyShown: Sendable {
  /// How many are kept.
  static let limit = 8

  private let items = Mutex<[Shown]>([])

  /// The latest at the end.
  var all: [Shown] { items.withLock { $0 } }

  /// Keeps it, in place of the oldest; what is shown again is not kept twice.
  func add(_ shown: Shown) {
    items.withLock { items in
      items.removeAll { $0 == shown }
      items = items.suffix(Self.limit - 1) + [shown]
    }
  }
}

extension Display {
  /// Shows again what was shown last, in the present size; of an animation the last frame. False where nothing was shown.
  /// - Parameter back: 1 for the one before it, and so on.
  @discardableResult
  func redraw(_ back: Int = 0) -> Bool {
    let recent = recent.all
    guard back >= 0, back < recent.count else { return false }
    switch recent[recent.count - 1 - back] {
    case .picture(let picture): draw(picture, caption: picture.captionLine)
    case .plot(let plot): draw(plot)
    case .animation(let animation): draw(animation.last, caption: animation.captionLine)
    }
    return true
  }
}
