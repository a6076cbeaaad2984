import Diagnostics
import FOCUS
import Spend
import Staging

/// Makes Parquet files from finished CSV parts, and reads them back.
public struct ParquetEngine: Sendable {
  private let program: DuckDBProgram

  init(_ load: LoadConfiguration) { program = DuckDBProgram(name: load.duckdb) }

  /// Checks before anything is fetched that what a run will need is there.
  /// - Throws: ``DuckDBMissing`` if the configuration asks for Parquet and there is no DuckDB.
  public static func check(_ configuration: Configuration) throws {
    let program = DuckDBProgram(name: configuration.load.duckdb)
    if configuration.load.needsDuckDB, program.path == nil { throw DuckDBMissing(name: program.name) }
  }

  /// A Parquet file, and what reading it back has found.
  struct Part {
    let content: [UInt8]
    let rows: Int
    /// Nil where the columns hold no money.
    let totals: ControlTotals?
  }

  /// - Parameters:
  ///   - csv: a gzip'd CSV file with these columns.
  ///   - path: named in errors.
  /// - Throws: ``ParquetRefusal`` for a value that does not fit; ``DuckDBMissing``, ``StorageFailure``,
  ///   ``CorruptFile``, `CancellationError`.
  func part(
    from csv: [UInt8], columns: [ColumnDefinition], path: String,
    _ compression: ParquetStatements.Compression = .zstd
  ) async throws -> Part {
    let scratch = try ScratchFolder()
    try scratch.write("part.csv.gz", csv)
    let script =
      ParquetStatements.convert(
        columns: columns, from: scratch.file("part.csv.gz"), to: scratch.file("part.parquet"),
        scratch: scratch.file("spill"), compression)
      + ParquetStatements.control(columns: columns, of: scratch.file("part.parquet"))
    let outcome = try await program.run(script, in: scratch)
    guard outcome.exitCode == 0 else {
      throw ParquetRefusal(path: path, exitCode: outcome.exitCode, complaint: outcome.complaint)
    }
    guard let content = try scratch.read("part.parquet") else {
      throw CorruptFile(path: path, reason: "DuckDB has written no Parquet file")
    }
    var (rows, totals) = (0, ControlTotals())
    var hasMoney = false
    for line in String(decoding: outcome.output, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 3, let count = Int(fields[1]) else {
        throw CorruptFile(
          path: path, reason: "DuckDB's own count of the Parquet file cannot be read: \(line)")
      }
      rows += count
      if fields[0].isEmpty { continue }
      hasMoney = true
      guard let sum = ControlTotals(texts: [String(fields[0]): String(fields[2])]) else {
        throw CorruptFile(path: path, reason: "DuckDB's own sum of the Parquet file cannot be read: \(line)")
      }
      totals += sum
    }
    return Part(content: content, rows: rows, totals: hasMoney ? totals : nil)
  }

  /// What doctor says of it; nil where nothing asks for it.
  static func finding(_ configuration: Configuration) async -> Finding? {
    guard configuration.load.needsDuckDB else { return nil }
    let program = DuckDBProgram(name: configuration.load.duckdb)
    do {
      let outcome = try await program.run("SELECT version();\n", in: try ScratchFolder())
      let version = String(decoding: outcome.output, as: UTF8.self).filter { !$0.isNewline }
      guard outcome.exitCode == 0, !version.isEmpty else {
        throw ParquetRefusal(path: program.name, exitCode: outcome.exitCode, complaint: outcome.complaint)
      }
      return .works("parquet", "\(program.path ?? program.name) is DuckDB \(version)")
    } catch {
      return .fails(
        "parquet", error, mend: "pip install duckdb-cli, or set load.duckdb in \(configuration.path)")
    }
  }
}

/// DuckDB has not written a Parquet file.
public struct ParquetRefusal: RecoverableError, Equatable {
  public let path: String
  public let exitCode: Int32
  /// In DuckDB's words; names the value.
  public let complaint: String

  /// Whether a value does not fit its column: no other run will make it fit.
  private var isAboutAValue: Bool {
    complaint.contains("Conversion Error") || complaint.contains("Out of Range Error")
  }

  public var recovery: Recovery { isAboutAValue ? .refuseData : .checkStorage }
  public var description: String {
    isAboutAValue
      ? "\(path): a value does not fit a Parquet file, and nothing is rounded: \(complaint); deliver csv or ndjson, "
        + "which have no limit"
      : "\(path): DuckDB ended with \(exitCode) and wrote no Parquet file: \(complaint)"
  }
}
