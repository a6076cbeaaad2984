internal import CSimdjson

/// The elements of an array; see ``JSONValue/elements``.
public struct JSONElements: Sequence, IteratorProtocol {
  private let document: UnsafePointer<UInt8>
  private let tokens: UnsafePointer<csimdjson_token>
  private var at: Int
  private let end: Int

  init(document: UnsafePointer<UInt8>, tokens: UnsafePointer<csimdjson_token>, container: Int) {
    self.document = document
    self.tokens = tokens
    at = container + 1
    end = Int(tokens[container].next)
  }

  public mutating func next() -> JSONValue? {
    guard at < end else { return nil }
    defer { at = Int(tokens[at].next) }
    return JSONValue(document: document, tokens: tokens, index: at)
  }
}

/// The members of an object; see ``JSONValue/members``.
public struct JSONMembers: Sequence, IteratorProtocol {
  private let document: UnsafePointer<UInt8>
  private let tokens: UnsafePointer<csimdjson_token>
  private var at: Int
  private let end: Int

  init(document: UnsafePointer<UInt8>, tokens: UnsafePointer<csimdjson_token>, container: Int) {
    self.document = document
    self.tokens = tokens
    at = container + 1
    end = Int(tokens[container].next)
  }

  /// The key is a value of kind ``JSONValue/Kind/key``.
  public mutating func next() -> (key: JSONValue, value: JSONValue)? {
    guard at < end else { return nil }
    defer { at = Int(tokens[at + 1].next) }
    return (
      JSONValue(document: document, tokens: tokens, index: at),
      JSONValue(document: document, tokens: tokens, index: at + 1)
    )
  }
}
