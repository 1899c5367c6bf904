// Between what files hold and values of the language.

import Formats
import Lang
import OrderedCollections
import Tensor

extension Value {
  init(_ contents: FileValue) throws {
    switch contents {
    case .none: self = .none
    case .bool(let flag): self = .bool(flag)
    case .number(let number): self = .number(number)
    case .string(let text): self = .string(text)
    case .list(let items): self = .list(try items.map { try Value($0) })
    case .record(let fields): self = .record(Record(try fields.map { ($0.key, try Value($0.value)) }))
    case .tensor(let tensor): self = .tensor(tensor)
    case .image(let raster):
      self = .object(
        try Picture(width: raster.width, height: raster.height, channels: raster.channels, bytes: raster.bytes))
    }
  }

  /// What `save` writes of this value; nil where it has no form in files.
  func fileValue() throws -> FileValue? {
    switch self {
    case .none: return FileValue.none
    case .bool(let flag): return .bool(flag)
    case .number(let number): return .number(number)
    case .string(let text): return .string(text)
    case .list(let items):
      let parts = try items.compactMap { try $0.fileValue() }
      return parts.count == items.count ? .list(parts) : nil
    case .range(let range): return .list((0..<range.count).map { .number(range[$0]) })
    case .record(let record):
      var fields: OrderedDictionary<String, FileValue> = [:]
      for (key, value) in record {
        guard let part = try value.fileValue() else { return nil }
        fields[key] = part
      }
      return .record(fields)
    case .tensor(let tensor): return .tensor(tensor)
    case .object(let object):
      if let picture = object as? Picture { return .image(picture.raster) }
      return nil
    case .function, .key, .error: return nil
    }
  }
}
