#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// JSON for records and manifests: sorted keys, two spaces, a line feed at the end, always the same bytes.
public enum DeterministicJSON {
  public static func encode(_ value: some Encodable, onOneLine: Bool = false) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      onOneLine
      ? [.sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value)) + [0x0A]
  }

  /// - Throws: ``CorruptFile`` naming `path` and the field that is wrong.
  public static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], path: String
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw CorruptFile(path: path, reason: explain(error))
    } catch {
      throw CorruptFile(path: path, reason: "not readable as JSON")
    }
  }

  static func explain(_ error: DecodingError) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? "the top level" : path
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(key.stringValue) is missing at \(place(context))"
    case .typeMismatch(let type, let context): return "\(place(context)) is not of type \(type)"
    case .valueNotFound(let type, let context): return "\(place(context)) is null, expected \(type)"
    case .dataCorrupted(let context): return "not readable as JSON at \(place(context))"
    @unknown default: return "not readable as JSON"
    }
  }
}
