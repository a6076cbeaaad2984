import Spend
import Staging

/// A price list as CSV: a header, then one price a row.
enum PriceListCSV {
  /// - Throws: ``ConfigurationError`` with every problem and its line.
  static func read(_ text: String, path: String) throws -> [ListPrice] {
    var bytes = Array(text.utf8)
    // Spreadsheet programs begin a file with a byte-order mark.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var collector = ListPriceCollector()
    var problems: [ConfigurationProblem] = []
    // Where the record to be read next begins: fields may hold line breaks.
    var line = 1
    do {
      try CSVReader.forEachRecord(
        ofGzip: GzipEncoder.compress(bytes), path: path, header: ListPriceFields.names
      ) { record in
        if line == 1 { line = 2 }
        var values: [String: String] = [:]
        var height = 1
        for (index, name) in ListPriceFields.names.enumerated() {
          values[name] = record.text(index)
          height += record.rawBytes(index).count { $0 == UInt8(ascii: "\n") }
        }
        do throws(ListPriceFields.Problem) {
          try collector.add(ListPriceFields(values: values), line: line)
        } catch {
          problems.append(ConfigurationProblem(line: line, message: "\(error.field) \(error.message)"))
        }
        line += height
      }
    } catch let error as CorruptFile {
      problems.append(ConfigurationProblem(line: line, message: error.reason))
    }
    guard problems.isEmpty else { throw ConfigurationError(path: path, problems: problems) }
    return collector.entries
  }
}
