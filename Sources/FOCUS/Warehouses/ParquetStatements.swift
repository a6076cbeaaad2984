/// What DuckDB is told to make a Parquet file from a CSV part: the types and checks are those of its tables, so that a
/// value that does not fit is refused and not rounded.
///
/// JSON columns are text: other readers of Parquet know no more of them.
public enum ParquetStatements {
  /// How a file's pages are compressed.
  public enum Compression: String, Sendable {
    case zstd
    case snappy
  }

  /// Reads a gzip'd CSV file and writes it as Parquet; one thread, so that the same input gives the same bytes.
  /// - Parameters:
  ///   - columns: those of the file, in their order.
  ///   - source, target, scratch: paths without quotes in them.
  public static func convert(
    columns: [ColumnDefinition], from source: String, to target: String, scratch: String,
    _ compression: Compression
  ) -> String {
    let sql = WarehouseStatements.parquet(columns)
    return SQLTemplate(
      text: """
        SET threads = 1;
        SET autoinstall_known_extensions = false;
        SET temp_directory = '{{scratch}}';
        COPY (
          SELECT
            {{conversion}},
          FROM read_csv(
            '{{source}}', header = true, auto_detect = false, max_line_size = 16777216,
            delim = ',', quote = '"', escape = '"', new_line = '\\n',
            columns = {
              {{raw_definition}},
            })
        ) TO '{{target}}' (FORMAT parquet, COMPRESSION {{compression}});
        """
    ).filled(with: [
      "scratch": .text(scratch), "source": .text(source), "target": .text(target),
      "compression": .text(compression.rawValue), "conversion": .list(sql.conversions),
      "raw_definition": .list(sql.rawDefinitions),
    ]) + "\n"
  }

  /// Reads a Parquet file back: rows, and where the columns are there the sums of BilledCost by currency; one line
  /// `currency,rows,sum` for each currency, or `,rows,`.
  public static func control(columns: [ColumnDefinition], of path: String) -> String {
    Set(columns.map(\.column)).isSuperset(of: [.billedCost, .billingCurrency])
      ? "SELECT BillingCurrency, count(*), sum(BilledCost) FROM read_parquet('\(path)') GROUP BY ALL ORDER BY ALL;\n"
      : "SELECT '', count(*), '' FROM read_parquet('\(path)');\n"
  }
}
