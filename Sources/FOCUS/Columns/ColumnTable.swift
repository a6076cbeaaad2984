import Diagnostics

/// One column of a delivery.
public struct ColumnDefinition: Sendable, Hashable {
  public let column: Column
  public let type: ColumnType
  /// Whether FOCUS marks the column as deprecated in this version.
  public let isDeprecated: Bool
  /// Whether every FOCUS dataset of this version must have the column; deprecated columns still are.
  public let isMandatory: Bool
  /// Whether the column is one of DESIGN section 6 and not of FOCUS.
  public let isCustom: Bool

  public var name: String { column.rawValue }
}

/// The data types that FOCUS metadata knows.
public enum ColumnType: String, Sendable, Hashable {
  case string = "STRING"
  case decimal = "DECIMAL"
  case dateTime = "DATETIME"
  case json = "JSON"
}

/// The exact column set of each FOCUS version, from the one data file `columns.csv`: all FOCUS columns of the
/// version A to Z, then the custom ones A to Z (DESIGN, section 6).
public struct ColumnTable: Sendable {
  private let columns: [FOCUSVersion: [ColumnDefinition]]

  /// The table built into the program.
  /// - Throws: ``ColumnTableError`` if the data file and the program disagree, which is a bug.
  public static func embedded() throws -> ColumnTable {
    try ColumnTable(csv: String(decoding: PackageResources.columns_csv, as: UTF8.self))
  }

  init(csv: String) throws {
    var lines = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard let header = lines.first, header.count == 2 + FOCUSVersion.allCases.count else {
      throw ColumnTableError(line: 1)
    }
    lines.removeFirst()
    var columns: [FOCUSVersion: [ColumnDefinition]] = [:]
    for (position, version) in header.dropFirst(2).enumerated() {
      guard let version = FOCUSVersion(rawValue: String(version)) else { throw ColumnTableError(line: 1) }
      for (index, line) in lines.enumerated() {
        guard line.count == header.count, let column = Column(rawValue: String(line[0])),
          let type = ColumnType(rawValue: String(line[1]))
        else { throw ColumnTableError(line: index + 2) }
        let level = line[position + 2]
        if level.isEmpty { continue }
        columns[version, default: []].append(
          ColumnDefinition(
            column: column, type: type, isDeprecated: level == "deprecated",
            isMandatory: level == "mandatory" || level == "deprecated", isCustom: level == "custom"))
      }
    }
    self.columns = columns
  }

  public func columns(of version: FOCUSVersion) -> [ColumnDefinition] { columns[version] ?? [] }

  /// The columns that a user chose, in the table's order however they were named.
  /// - Parameter chosen: column names; nil for all.
  public func columns(of version: FOCUSVersion, chosen: [String]?) -> [ColumnDefinition] {
    guard let chosen else { return columns(of: version) }
    let names = Set(chosen)
    return columns(of: version).filter { names.contains($0.name) }
  }
}

/// The built-in column table cannot be read.
struct ColumnTableError: RecoverableError {
  let line: Int
  var recovery: Recovery { .reportBug }
  var description: String { "the built-in columns.csv is wrong in line \(line)" }
}
