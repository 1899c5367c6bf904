// What cells show, whoever looks: a terminal, a pipe, a page, a Jupyter client.

import Lang

/// One thing that a cell shows.
enum Output: Sendable {
  /// Of `print`: a piece of text, which may end in the middle of a line.
  case text(String)
  /// A value as text, and the number of the cell that it is the result of; none where no cell has one.
  case value(String, cell: Int?)
  case picture(Picture)
  case plot(Plot)
  case animation(Animation)
  case error(Diagnostic)

  /// What a value looks like: pictures as pictures, everything else as text.
  init(_ value: Value, cell: Int? = nil) {
    if case .object(let object) = value {
      if let picture = object as? Picture {
        self = .picture(picture)
        return
      }
      if let plot = object as? Plot {
        self = .plot(plot)
        return
      }
      if let animation = object as? Animation {
        self = .animation(animation)
        return
      }
    }
    self = .value(value.quoted, cell: cell)
  }

  /// About how much memory it takes to keep.
  var byteCount: Int {
    switch self {
    case .text(let text), .value(let text, _): text.utf8.count
    case .picture(let picture): picture.pixels.count
    case .plot(let plot): plot.byteCount
    case .animation(let animation): animation.frames.reduce(0) { $0 + $1.pixels.count }
    case .error: 1 << 10
    }
  }
}

/// Who shows what cells show.
protocol FrontEnd: Sendable {
  func show(_ output: Output)
  var progress: Console { get }
}

extension FrontEnd {
  /// Beside the text where that is looked at, else where it does not spoil a file.
  var progress: Console { Console.output.isTerminal ? .output : .errors }
}
