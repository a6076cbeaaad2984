import Foundation

/// Where in a query the next page starts. Opaque to clients, bound to the query it came from.
struct PageCursor: Sendable, Equatable {
  /// What the page that the cursor leads to is like.
  enum Kind: UInt8, Sendable {
    case buckets
    /// No buckets, and a cursor that goes on.
    case emptyOnTheWay
    /// No buckets, and the end.
    case emptyAtTheEnd
    /// No buckets, and itself again.
    case emptyForEver
  }

  var start: Int
  var fingerprint: UInt64
  var kind = Kind.buckets

  /// Standard base64, as the API's own example has it: with `=`, and now and then `+` and `/`, which a
  /// client has to percent-encode.
  var text: String {
    var bytes: [UInt8] = []
    for word in [UInt64(bitPattern: Int64(start)), fingerprint, seal] {
      bytes.append(contentsOf: withUnsafeBytes(of: word.bigEndian, Array.init))
    }
    bytes.append(kind.rawValue)
    return "page_" + Data(bytes).base64EncodedString()
  }

  /// Reads a cursor; throws for one that is none or comes from another query.
  init(parsing text: String, fingerprint: UInt64) throws(APIError) {
    let refusal = APIError.invalid("page", "Invalid page cursor for this query.", code: "invalid_page")
    guard text.hasPrefix("page_"), let data = Data(base64Encoded: String(text.dropFirst(5))),
      data.count == 25,
      let kind = Kind(rawValue: data[24])
    else { throw refusal }
    func word(_ index: Int) -> UInt64 {
      data[(index * 8)..<(index * 8 + 8)].reduce(0) { $0 << 8 | UInt64($1) }
    }
    self.init(start: Int(Int64(bitPattern: word(0))), fingerprint: word(1), kind: kind)
    guard word(1) == fingerprint, word(2) == seal else { throw refusal }
  }

  init(start: Int, fingerprint: UInt64, kind: Kind = .buckets) {
    self.start = start
    self.fingerprint = fingerprint
    self.kind = kind
  }

  private var seal: UInt64 {
    SplitMix64.mix(fingerprint ^ SplitMix64.mix(UInt64(bitPattern: Int64(start)) &+ UInt64(kind.rawValue)))
  }
}
