// What a plot's series become inside a frame: lines, discs and bars in pixels.

struct PlotMarks {
  /// The marks of one series.
  enum Marks {
    case lines([[Point]])
    case points([Point])
    case bars([Frame])
  }

  let frame: Frame
  let series: [Marks]

  init(_ plot: Plot, in frame: Frame, _ axes: (x: Axis, y: Axis)) {
    self.frame = frame
    func place(_ x: Double, _ y: Double) -> Point {
      Point(
        x: frame.x + axes.x.position(x) * frame.width, y: frame.y + (1 - axes.y.position(y)) * frame.height)
    }
    series = plot.series.map { series in
      switch series.mark {
      case .line: .lines(Trace.runs(x: series.x, y: series.y, place))
      case .points: .points(zip(series.x, series.y).map(place))
      case .bars:
        .bars(
          series.y.indices.compactMap { bin in
            guard bin + 1 < series.x.count else { return nil }
            let top = place(series.x[bin], series.y[bin])
            let foot = place(series.x[bin + 1], axes.y.scale == .linear ? 0 : axes.y.low)
            guard top.x.isFinite, top.y.isFinite, foot.x.isFinite, foot.y.isFinite else { return nil }
            let gap = foot.x - top.x > 4 ? 1.0 : 0
            return Frame(
              x: top.x, y: min(top.y, foot.y), width: max(0.5, foot.x - top.x - gap), height: abs(foot.y - top.y))
          })
      }
    }
  }

  /// Whether anything is drawn inside the box, or nearly.
  func cover(_ box: Frame) -> Bool {
    let box = Frame(x: box.x - 4, y: box.y - 4, width: box.width + 8, height: box.height + 8)
    return series.contains { marks in
      switch marks {
      case .lines(let runs):
        runs.contains { run in
          run.count == 1 ? box.contains(run[0]) : zip(run, run.dropFirst()).contains { box.meets($0, $1) }
        }
      case .points(let points): points.contains { box.contains($0) }
      case .bars(let bars):
        bars.contains {
          $0.height > 0 && $0.x < box.right && $0.right > box.x && $0.y < box.bottom && $0.bottom > box.y
        }
      }
    }
  }
}

extension Frame {
  /// Whether a straight line passes through: what each side leaves of it, after Liang and Barsky (1984).
  func meets(_ start: Point, _ end: Point) -> Bool {
    var (from, to) = (0.0, 1.0)
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    for (run, room) in [
      (-dx, start.x - x), (dx, right - start.x), (-dy, start.y - y), (dy, bottom - start.y),
    ] {
      if run == 0 {
        if room < 0 { return false }
      } else if run < 0 {
        from = max(from, room / run)
      } else {
        to = min(to, room / run)
      }
    }
    return from <= to
  }
}
