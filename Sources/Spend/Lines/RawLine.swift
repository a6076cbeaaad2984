import Diagnostics
import JSONReader
import Staging

/// The envelope of one line of a raw partition (DESIGN, section 5):
/// `{"organization":"acme","start_time":…,"end_time":…,"result":{…}}`, the result object verbatim.
///
/// Rows of a list that is fanned out over projects also carry the `project_id` they were listed under.
public enum RawLine {
  /// Everything of a line before the result object; the same for all rows of a partition.
  public static func prefix(organization: String, day: Day, projectID: String? = nil) -> [UInt8] {
    var out = Array(#"{"organization":"#.utf8)
    JSONWriter.append(string: organization, to: &out)
    out.append(contentsOf: #","start_time":\#(day.startSeconds),"end_time":\#(day.next.startSeconds),"#.utf8)
    if let projectID {
      out.append(contentsOf: #""project_id":"#.utf8)
      JSONWriter.append(string: projectID, to: &out)
      out.append(UInt8(ascii: ","))
    }
    out.append(contentsOf: #""result":"#.utf8)
    return out
  }

  /// What follows the result object.
  public static let suffix: [UInt8] = Array("}\n".utf8)

  /// The result object of a line.
  /// - Throws: ``RefusedLine`` if the line is no envelope.
  static func result(of line: JSONValue) throws -> JSONValue {
    guard let result = line["result"], result.kind == .object else {
      throw RefusedLine(reason: "this is no line of a raw partition: it has no result object")
    }
    return result
  }
}

/// A raw line that cannot be accepted; whoever reads the partition adds organization, day and line number.
public struct RefusedLine: Error, Sendable, Equatable {
  public let reason: String
}

/// A partition refused because of one of its lines (DESIGN C2, C3).
public struct RefusedPartition: RecoverableError, Equatable {
  public let organization: String
  public let dataset: String
  public let day: Day
  /// The line in the partition's file, from 1 on; nil where the whole partition is meant.
  public let line: Int?
  public let reason: String

  public init(organization: String, dataset: String, day: Day, line: Int?, reason: String) {
    self.organization = organization
    self.dataset = dataset
    self.day = day
    self.line = line
    self.reason = reason
  }

  public var recovery: Recovery { .refuseData }
  public var description: String {
    let place = "organization \(organization), \(day), dataset \(dataset)"
    return "\(place)\(line.map { ", line \($0)" } ?? ""): \(reason)"
  }
}
