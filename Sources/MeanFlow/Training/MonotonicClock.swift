// The clock by which runs decide what is due.

import Glibc

enum MonotonicClock {
  /// Seconds on a clock that only goes forward. The C function is clock_gettime.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
