import Diagnostics
import Spend
import Staging

/// A cost CSV that OpenAI's dashboard lets people download, to be read in place of the Costs API.
public struct DashboardExport: Sendable {
  /// What messages call the file.
  public var path: String
  /// Plain or gzip'd.
  public var content: [UInt8]
  /// The first day to take, inclusive; nil for the file's own first day.
  public var from: Day?
  /// The end of the days to take, exclusive; nil for the file's own.
  public var to: Day?

  public init(path: String, content: [UInt8], from: Day? = nil, to: Day? = nil) {
    self.path = path
    self.content = content
    self.from = from
    self.to = to
  }

  func takes(_ day: Day) -> Bool { from.map { $0 <= day } ?? true && to.map { day < $0 } ?? true }
}

/// An export that cannot be accepted; nothing of it is written.
public struct RefusedExport: RecoverableError, Equatable {
  public let path: String
  /// The line of the file, from 1 on; nil where the whole file is meant.
  public let line: Int?
  public let reason: String

  public var recovery: Recovery { .refuseData }
  public var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(reason)" }
}
