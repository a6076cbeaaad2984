import Spend
import Staging

/// A price list as read from a file, and the digest that says which one it was.
public struct PriceListFile: Sendable {
  public let prices: PriceList
  /// SHA-256 of the file's bytes.
  public let sha256: String

  /// Reads a `.csv`, `.yaml` or `.yml` file.
  ///
  /// - Throws: ``ConfigurationError`` with every problem and its line, also where there is no such file: a price
  ///   list is part of the configuration that names it.
  public static func read(_ path: String) throws -> PriceListFile {
    let text = try ConfigurationText.read(
      path, missing: "there is no such file; load.price_list names the price list")
    return try PriceListFile(text, path: path)
  }

  /// - Parameters:
  ///   - text: the file's content.
  ///   - path: its path; how it ends says which form it has.
  init(_ text: String, path: String) throws {
    let entries: [ListPrice]
    switch path.split(separator: ".").last?.lowercased() {
    case "csv": entries = try PriceListCSV.read(text, path: path)
    case "yaml", "yml": entries = try PriceListYAML.read(text, path: path)
    default: throw ConfigurationError(path: path, "a price list's name must end in .csv, .yaml or .yml")
    }
    prices = PriceList(entries)
    sha256 = Digest(of: text).hex
  }
}
