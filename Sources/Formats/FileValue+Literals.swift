// Values of files written down in Swift, as whoever makes JSON needs them.

import OrderedCollections

extension FileValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  public init(stringLiteral text: String) { self = .string(text) }
  public init(integerLiteral number: Int) { self = .number(Double(number)) }
  public init(booleanLiteral flag: Bool) { self = .bool(flag) }
  public init(arrayLiteral items: FileValue...) { self = .list(items) }
  /// Of a name that stands twice the last value counts.
  public init(dictionaryLiteral fields: (String, FileValue)...) { self = .record(OrderedDictionary(fields, uniquingKeysWith: { $1 })) }
}
