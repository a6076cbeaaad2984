internal import Glibc

/// The JSON text of an `Encodable` value: sorted keys, two spaces, as Foundation's encoder writes it when asked for
/// that, and several times as fast.
///
/// Binary floating point is refused: nothing that is written with it has any.
public enum JSONText {
  /// - Throws: `EncodingError`.
  public static func pretty(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONValueEncoder(codingPath: [])
    try value.encode(to: encoder)
    var text: [UInt8] = []
    (encoder.slot.node ?? .literal("{}")).write(to: &text, indent: 0)
    return text
  }
}

/// A value on its way into a text.
private enum JSONNode {
  case text(String)
  case literal(String)
  case texts([String: String])
  case object(JSONNamedSlots)
  case array(JSONSlots)

  func write(to text: inout [UInt8], indent: Int) {
    switch self {
    case .text(let string): JSONWriter.append(string: string, to: &text)
    case .literal(let literal): text += literal.utf8
    case .texts(let members):
      Self.writeObject(members.sorted { $0.key.precedesByBytes($1.key) }, to: &text, indent) { text, member in
        JSONWriter.append(string: member, to: &text)
      }
    case .object(let members):
      Self.writeObject(members.sorted, to: &text, indent) { text, member in
        (member.node ?? .literal("{}")).write(to: &text, indent: indent + 1)
      }
    case .array(let slots):
      text += "[\n".utf8
      for (index, slot) in slots.all.enumerated() {
        if index > 0 { text += ",\n".utf8 }
        Self.indent(indent + 1, &text)
        (slot.node ?? .literal("{}")).write(to: &text, indent: indent + 1)
      }
      Self.close("]", &text, indent)
    }
  }

  private static func writeObject<Member>(
    _ members: [(key: String, value: Member)], to text: inout [UInt8], _ indent: Int,
    _ write: (inout [UInt8], Member) -> Void
  ) {
    text += "{\n".utf8
    for (index, member) in members.enumerated() {
      if index > 0 { text += ",\n".utf8 }
      Self.indent(indent + 1, &text)
      JSONWriter.append(string: member.key, to: &text)
      text += " : ".utf8
      write(&text, member.value)
    }
    close("}", &text, indent)
  }

  private static func indent(_ count: Int, _ text: inout [UInt8]) {
    for _ in 0..<(2 * count) { text.append(UInt8(ascii: " ")) }
  }

  private static func close(_ bracket: String, _ text: inout [UInt8], _ indent: Int) {
    text.append(UInt8(ascii: "\n"))
    Self.indent(indent, &text)
    text += bracket.utf8
  }
}

/// Where a value will be.
private final class JSONSlot {
  var node: JSONNode?
}

private final class JSONSlots {
  var all: [JSONSlot] = []
}

private final class JSONNamedSlots {
  private var all: [String: JSONSlot] = [:]

  /// By name, as the bytes order it. Of members of one name the last one stands.
  var sorted: [(key: String, value: JSONSlot)] { all.sorted { $0.key.precedesByBytes($1.key) } }

  func slot(_ name: String) -> JSONSlot {
    let slot = JSONSlot()
    all[name] = slot
    return slot
  }
}

private struct JSONValueEncoder: Encoder {
  let slot: JSONSlot
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(slot: JSONSlot = JSONSlot(), codingPath: [any CodingKey]) {
    self.slot = slot
    self.codingPath = codingPath
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(JSONObjectEncoder<Key>(members: members(), codingPath: codingPath))
  }

  /// Those that are there already: a type may ask for its container more than once.
  private func members() -> JSONNamedSlots {
    if case .object(let members) = slot.node { return members }
    let members = JSONNamedSlots()
    slot.node = .object(members)
    return members
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    let slots = JSONSlots()
    slot.node = .array(slots)
    return JSONArrayEncoder(slots: slots, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    JSONSingleEncoder(slot: slot, codingPath: codingPath)
  }
}

private struct JSONSingleEncoder: SingleValueEncodingContainer {
  let slot: JSONSlot
  let codingPath: [any CodingKey]

  func encodeNil() { slot.node = .literal("null") }
  func encode(_ value: Bool) { slot.node = .literal(value ? "true" : "false") }
  func encode(_ value: String) { slot.node = .text(value) }
  func encode(_ value: Double) throws { throw floatingPoint(value) }
  func encode(_ value: Float) throws { throw floatingPoint(value) }
  func encode(_ value: Int) { slot.node = .literal(String(value)) }
  func encode(_ value: Int8) { slot.node = .literal(String(value)) }
  func encode(_ value: Int16) { slot.node = .literal(String(value)) }
  func encode(_ value: Int32) { slot.node = .literal(String(value)) }
  func encode(_ value: Int64) { slot.node = .literal(String(value)) }
  func encode(_ value: UInt) { slot.node = .literal(String(value)) }
  func encode(_ value: UInt8) { slot.node = .literal(String(value)) }
  func encode(_ value: UInt16) { slot.node = .literal(String(value)) }
  func encode(_ value: UInt32) { slot.node = .literal(String(value)) }
  func encode(_ value: UInt64) { slot.node = .literal(String(value)) }

  func encode<Value: Encodable>(_ value: Value) throws {
    // What a record was made from is a list of thousands of names and digests.
    if Value.self == [String: String].self, let texts = value as? [String: String] {
      slot.node = .texts(texts)
    } else {
      try value.encode(to: JSONValueEncoder(slot: slot, codingPath: codingPath))
    }
  }

  private func floatingPoint(_ value: Any) -> EncodingError {
    .invalidValue(
      value, .init(codingPath: codingPath, debugDescription: "binary floating point is not written"))
  }
}

private struct JSONObjectEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let members: JSONNamedSlots
  let codingPath: [any CodingKey]

  private func single(_ key: Key) -> JSONSingleEncoder {
    JSONSingleEncoder(slot: members.slot(key.stringValue), codingPath: codingPath + [key])
  }

  private func encoder(_ key: any CodingKey) -> JSONValueEncoder {
    JSONValueEncoder(slot: members.slot(key.stringValue), codingPath: codingPath + [key])
  }

  func encodeNil(forKey key: Key) { single(key).encodeNil() }
  func encode(_ value: Bool, forKey key: Key) { single(key).encode(value) }
  func encode(_ value: String, forKey key: Key) { single(key).encode(value) }
  func encode(_ value: Double, forKey key: Key) throws { try single(key).encode(value) }
  func encode(_ value: Float, forKey key: Key) throws { try single(key).encode(value) }
  func encode(_ value: Int, forKey key: Key) { single(key).encode(value) }
  func encode(_ value: Int8, forKey key: Key) { single(key).encode(value) }
  func encode(_ value: Int16, forKey key: Key) { single(key).encode(value) }
  func encode(_ value: Int32, forKey key: Key) { single(key).encode(value) }
  func encode(_ value: Int64, forKey key: Key) { single(key).encode(value) }
  func encode(_ value: UInt, forKey key: Key) { single(key).encode(value) }
  func encode(_ value: UInt8, forKey key: Key) { single(key).encode(value) }
  func encode(_ value: UInt16, forKey key: Key) { single(key).encode(value) }
  func encode(_ value: UInt32, forKey key: Key) { single(key).encode(value) }
  func encode(_ value: UInt64, forKey key: Key) { single(key).encode(value) }
  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try single(key).encode(value) }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key)
    -> KeyedEncodingContainer<Nested>
  {
    encoder(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    encoder(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { encoder(JSONPlace(stringValue: "super")) }
  func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
}

private struct JSONArrayEncoder: UnkeyedEncodingContainer {
  let slots: JSONSlots
  let codingPath: [any CodingKey]
  var count: Int { slots.all.count }

  private func encoder() -> JSONValueEncoder {
    let slot = JSONSlot()
    let place = JSONPlace(stringValue: "\(count)")
    slots.all.append(slot)
    return JSONValueEncoder(slot: slot, codingPath: codingPath + [place])
  }

  func encodeNil() throws { encoder().slot.node = .literal("null") }

  func encode<Value: Encodable>(_ value: Value) throws {
    let encoder = encoder()
    try JSONSingleEncoder(slot: encoder.slot, codingPath: encoder.codingPath).encode(value)
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    encoder().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
  func superEncoder() -> any Encoder { encoder() }
}

/// A key for errors.
private struct JSONPlace: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension String {
  fileprivate func precedesByBytes(_ other: String) -> Bool {
    var (one, other) = (self, other)
    return one.withUTF8 { one in
      other.withUTF8 { other in
        guard let first = one.baseAddress, let second = other.baseAddress else {
          return one.count < other.count
        }
        let order = memcmp(first, second, min(one.count, other.count))
        return order != 0 ? order < 0 : one.count < other.count
      }
    }
  }
}
