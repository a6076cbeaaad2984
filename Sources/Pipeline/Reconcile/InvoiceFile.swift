import Spend

/// The invoices that a user keeps in a file, of any number of organizations and months.
public struct InvoiceFile: Sendable {
  public let invoices: [Invoice]

  /// Reads a `.csv`, `.yaml` or `.yml` file.
  ///
  /// - Parameter organizations: all that are configured: an invoice of another one is a mistake.
  /// - Throws: ``ConfigurationError`` with every problem and its line, also where there is no such file.
  public static func read(_ path: String, _ organizations: [OrganizationConfiguration]) throws -> InvoiceFile
  {
    let text = try ConfigurationText.read(
      path, missing: "there is no such file; --invoice names the invoices")
    return try InvoiceFile(text, path: path, organizations)
  }

  /// - Parameters:
  ///   - text: the file's content.
  ///   - path: its path; how it ends says which form it has.
  init(_ text: String, path: String, _ organizations: [OrganizationConfiguration]) throws {
    var names: [String: String] = [:]
    for organization in organizations { names[organization.id] = organization.name }
    // What is called by its name is meant, whatever ids others have.
    for organization in organizations { names[organization.name] = organization.name }
    switch path.split(separator: ".").last?.lowercased() {
    case "csv": invoices = try InvoiceCSV.read(text, path: path, names)
    case "yaml", "yml": invoices = try InvoiceYAML.read(text, path: path, names)
    default: throw ConfigurationError(path: path, "an invoice file's name must end in .csv, .yaml or .yml")
    }
  }
}
