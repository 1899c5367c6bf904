// libFuzzer's entry: built by `make fuzz-language` alone, with every module instrumented.

import Foundation

@testable import Lang

/// Adds a dictionary of the language's words to the arguments.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>, _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("imf-words-\(getpid())").path
  let all = Keyword.allCases.map(\.rawValue) + Symbol.allCases.map(\.rawValue) + Library.core.flatMap(\.rows).map(\.name)
  let lines = all.map { "\"\($0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"\n" }
  guard (try? lines.joined().write(toFile: path, atomically: true, encoding: .utf8)) != nil else { return 0 }
  let old = UnsafeBufferPointer(start: words.pointee, count: Int(count.pointee))
  let new = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: old.count + 2)
  for (index, word) in old.enumerated() { new[index] = word }
  new[old.count] = strdup("-dict=\(path)")
  new[old.count + 1] = nil
  words.pointee = new
  count.pointee += 1
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let complaint = FuzzedScript.complaint(about: bytes) { fatalError(complaint) }
  return 0
}
