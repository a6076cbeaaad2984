import JSONReader
import Spend
import Staging

/// Reads raw partitions line by line, and names the line in whatever is wrong with it.
enum RawPartition {
  /// Calls `body` with the root of each line and the line's number.
  /// - Throws: ``RefusedPartition`` naming organization, dataset, day and line; ``CorruptFile``.
  static func forEachLine(
    of file: [UInt8], path: String, organization: String, dataset: String, day: Day, parser: JSONParser,
    _ body: (JSONValue, Int) throws -> Void
  ) throws {
    try LineReader.forEachLine(ofGzip: file, path: path) { bytes, number in
      do {
        try parser.parse(bytes) { try body($0, number) }
      } catch let refused as RefusedLine {
        throw RefusedPartition(
          organization: organization, dataset: dataset, day: day, line: number, reason: refused.reason)
      } catch let syntax as JSONSyntaxError {
        throw RefusedPartition(
          organization: organization, dataset: dataset, day: day, line: number, reason: syntax.description)
      }
    }
  }
}
