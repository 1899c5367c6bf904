// Numbers as short text. Foundation's formatting is not used: it would be the heaviest part of the start.

import Glibc

enum NumberText {
  /// A number with so many decimals, 0...17.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    guard abs(value) < 1e15 else { return "\(value)" }
    let decimals = max(0, min(17, decimals))
    let scale = pow(10, Double(min(decimals, 15)))
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let digits = String(Int(scaled))
    let places = min(decimals, 15)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = value < 0 && scaled != 0 ? "-" : ""
    if places == 0 { return sign + padded }
    return sign + padded.dropLast(places) + "." + padded.suffix(places)
  }

  /// A number with about four significant digits.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    if value == 0 { return "0" }
    let exponent = exponent(abs(value))
    if exponent >= 6 || exponent < -4 {
      return fixed(value / power(exponent), decimals: 3) + "e\(Int(exponent))"
    }
    return fixed(value, decimals: max(0, 3 - Int(exponent)))
  }

  /// Hours, minutes and seconds: `1:02:03`, `2:03`, `3 s`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let whole = Int(max(0, seconds).rounded())
    if whole < 60 { return "\(whole) s" }
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }

  /// The power of ten below a positive number.
  static func exponent(_ value: Double) -> Double {
    var exponent = log10(value).rounded(.down)
    // log10 of 1000 may come out a hair below 3.
    if power(exponent + 1) <= value { exponent += 1 }
    return exponent
  }

  static func power(_ exponent: Double) -> Double { pow(10, exponent) }

  static func logarithm(_ value: Double) -> Double { log10(value) }

  /// A small whole number times a power of ten, to the last bit: 3 * 10^-1 would be 0.30000000000000004.
  static func decimal(_ mantissa: Double, _ exponent: Int) -> Double {
    exponent < 0 ? mantissa / pow(10, Double(-exponent)) : mantissa * pow(10, Double(exponent))
  }
}
