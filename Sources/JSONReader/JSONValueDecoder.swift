extension JSONValue {
  /// The value as a `Decodable` type, several times as fast as Foundation's decoder.
  ///
  /// Like Foundation's: members that a type does not know are passed over, null is absence, and what is wrong is named
  /// by its path. Unlike it: a number is an integer only where it is written as one, and nothing is binary floating point.
  /// - Throws: `DecodingError`.
  public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try JSONValueDecoder(value: self, path: nil).decode(type)
  }
}

/// Where a value stands below the root: made only on the way into objects and arrays, read only in errors.
private final class JSONPath {
  let key: any CodingKey
  let parent: JSONPath?

  init(_ key: any CodingKey, below parent: JSONPath?) {
    self.key = key
    self.parent = parent
  }

  static func keys(_ path: JSONPath?) -> [any CodingKey] {
    var keys: [any CodingKey] = []
    var at = path
    while let node = at {
      keys.append(node.key)
      at = node.parent
    }
    return keys.reversed()
  }
}

private struct JSONIndex: CodingKey {
  let intValue: Int?
  var stringValue: String { "\(intValue ?? 0)" }
  init(_ index: Int) { intValue = index }
  init?(stringValue: String) { nil }
  init?(intValue: Int) { self.intValue = intValue }
}

private struct JSONValueDecoder: Decoder, SingleValueDecodingContainer {
  let value: JSONValue
  let path: JSONPath?

  var codingPath: [any CodingKey] { JSONPath.keys(path) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard value.kind == .object else { throw mismatch([String: Any].self) }
    return KeyedDecodingContainer(JSONObjectDecoder<Key>(value, path))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let elements = value.elements else { throw mismatch([Any].self) }
    return JSONArrayDecoder(elements, path)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { value.isNull }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard let found = value.boolean else { throw mismatch(type) }
    return found
  }

  func decode(_ type: String.Type) throws -> String {
    guard let found = value.string else { throw mismatch(type) }
    return found
  }

  func decode(_ type: Double.Type) throws -> Double { throw mismatch(type) }
  func decode(_ type: Float.Type) throws -> Float { throw mismatch(type) }
  func decode(_ type: Int.Type) throws -> Int { try integer() }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
  func decode(_ type: UInt.Type) throws -> UInt { try integer() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if type == [String: String].self, let texts = texts() as? Value { return texts }
    return try Value(from: self)
  }

  /// An object of texts at once, and not key by key; nil where it is something else, which the plain way tells better.
  private func texts() -> [String: String]? {
    guard let members = value.members else { return nil }
    var texts: [String: String] = [:]
    for (key, value) in members {
      guard let key = key.string, let text = value.string else { return nil }
      texts[key] = text
    }
    return texts
  }

  private func integer<Value: FixedWidthInteger>() throws -> Value {
    guard let found = value.integer.flatMap({ Value(exactly: $0) }) else { throw mismatch(Value.self) }
    return found
  }

  private func mismatch(_ type: Any.Type) -> DecodingError {
    let context = DecodingError.Context(
      codingPath: codingPath, debugDescription: "expected \(type), found \(value.kind)")
    return value.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
  }
}

/// The members of an object. It looks for each behind the one before first: dictionaries ask in the document's order.
private final class JSONObjectDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let members: [(key: JSONValue, value: JSONValue)]
  private let path: JSONPath?
  private var next = 0

  init(_ object: JSONValue, _ path: JSONPath?) {
    members = object.members.map { Array($0) } ?? []
    self.path = path
  }

  var codingPath: [any CodingKey] { JSONPath.keys(path) }
  var allKeys: [Key] { members.compactMap { $0.key.string.flatMap { Key(stringValue: $0) } } }

  func contains(_ key: Key) -> Bool { find(key) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try member(key).isNull }

  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try decoder(key).decode(type) }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try decoder(key).decode(type) }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try decoder(key).decode(type) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try decoder(key).decode(type) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try decoder(key).decode(type) }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try decoder(key).decode(type) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try decoder(key).decode(type) }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try decoder(key).decode(type) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try decoder(key).decode(type) }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try decoder(key).decode(type) }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try decoder(key).decode(type) }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try decoder(key).decode(type) }

  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    if let text = try member(key).string { return text }
    return try decoder(key).decode(type)
  }

  func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
    if let number = try member(key).integer { return number }
    return try decoder(key).decode(type)
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try decoder(key).decode(type)
  }

  func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
    try present(key)?.decode(type)
  }
  func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
    try present(key)?.decode(type)
  }
  func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try present(key)?.decode(type) }
  func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
    try present(key)?.decode(type)
  }

  private func present(_ key: Key) -> JSONValueDecoder? {
    guard let value = find(key), !value.isNull else { return nil }
    return JSONValueDecoder(value: value, path: JSONPath(key, below: path))
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
    -> KeyedDecodingContainer<Nested>
  {
    try decoder(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { throw notInherited }
  func superDecoder(forKey key: Key) throws -> any Decoder { throw notInherited }

  private var notInherited: DecodingError {
    .dataCorrupted(.init(codingPath: codingPath, debugDescription: "classes are not read"))
  }

  private func decoder(_ key: Key) throws -> JSONValueDecoder {
    JSONValueDecoder(value: try member(key), path: JSONPath(key, below: path))
  }

  private func member(_ key: Key) throws -> JSONValue {
    guard let value = find(key) else {
      throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "there is none"))
    }
    return value
  }

  private func find(_ key: Key) -> JSONValue? {
    var name = key.stringValue
    return name.withUTF8 { name in
      for offset in 0..<members.count {
        let sum = next + offset
        let index = sum < members.count ? sum : sum - members.count
        if members[index].key.isText(name) {
          next = index
          return members[index].value
        }
      }
      return nil
    }
  }
}

/// The elements of an array, one after the other.
private struct JSONArrayDecoder: UnkeyedDecodingContainer {
  private let elements: [JSONValue]
  private let path: JSONPath?
  private(set) var currentIndex = 0

  init(_ elements: JSONElements, _ path: JSONPath?) {
    self.elements = Array(elements)
    self.path = path
  }

  var codingPath: [any CodingKey] { JSONPath.keys(path) }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex == elements.count }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, elements[currentIndex].isNull else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool { try next { try $0.decode(type) } }
  mutating func decode(_ type: String.Type) throws -> String { try next { try $0.decode(type) } }
  mutating func decode(_ type: Double.Type) throws -> Double { try next { try $0.decode(type) } }
  mutating func decode(_ type: Float.Type) throws -> Float { try next { try $0.decode(type) } }
  mutating func decode(_ type: Int.Type) throws -> Int { try next { try $0.decode(type) } }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try next { try $0.decode(type) } }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try next { try $0.decode(type) } }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try next { try $0.decode(type) } }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try next { try $0.decode(type) } }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try next { try $0.decode(type) } }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next { try $0.decode(type) } }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next { try $0.decode(type) } }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next { try $0.decode(type) } }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next { try $0.decode(type) } }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try next { try $0.decode(type) }
  }

  mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
    -> KeyedDecodingContainer<Nested>
  {
    try next { try $0.container(keyedBy: type) }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next { try $0.unkeyedContainer() }
  }

  mutating func superDecoder() throws -> any Decoder { try next { $0 } }

  private mutating func next<Result>(_ read: (JSONValueDecoder) throws -> Result) throws -> Result {
    let place = JSONPath(JSONIndex(currentIndex), below: path)
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        Result.self, .init(codingPath: JSONPath.keys(place), debugDescription: "the array has ended"))
    }
    let result = try read(JSONValueDecoder(value: elements[currentIndex], path: place))
    currentIndex += 1
    return result
  }
}
