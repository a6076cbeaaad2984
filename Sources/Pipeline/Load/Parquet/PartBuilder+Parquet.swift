import FOCUS
import Spend
import Staging

extension PartBuilder {
  /// The parts of one day in these formats. Parquet is made from the finished CSV part, and controlled by reading it
  /// back like the others.
  /// - Throws: what ``rowParts(_:formats:)`` and ``ParquetEngine`` throw.
  func parts(_ input: DayInput, formats: [DeliveryFormat]) async throws -> [Part] {
    guard let parquet, formats.contains(.parquet) else { return try await rowParts(input, formats: formats) }
    let rowFormats = formats.filter { $0 != .parquet }
    let made = try await rowParts(
      input, formats: rowFormats.contains(.csv) ? rowFormats : rowFormats + [.csv])
    var parts: [Part] = []
    for format in formats {
      if format != .parquet {
        parts += made.filter { $0.file.format == format.rawValue }
      } else if let csv = made.first(where: { $0.file.format == DeliveryFormat.csv.rawValue }) {
        let path = "\(Layout.data(input.day.month))/org=\(input.organization.name) (\(input.day), parquet)"
        let file = try await parquet.part(from: csv.content, columns: columns, path: path)
        guard file.rows == csv.file.rows else {
          throw CorruptFile(path: path, reason: "it has \(file.rows) rows, the CSV part \(csv.file.rows)")
        }
        parts.append(
          try part(input, format, file.content, rows: file.rows, delivered: file.totals ?? delivered(csv)))
      }
    }
    return parts
  }

  private func delivered(_ csv: Part) throws -> ControlTotals {
    try ControlTotals(recorded: csv.file.controlTotals, in: csv.file.path) ?? ControlTotals()
  }
}
