import Staging

/// Where the columns of a dashboard export stand. They are found by name: the order has changed between the
/// known generations, and later ones have more of them.
///
/// | generation | columns |
/// |---|---|
/// | 2025-10 | `start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id,organization_id,organization_name` |
/// | 2026-09 | those and `quantity,quantity_unit,user_id,api_key_id,project_name,user_email,api_source` |
struct ExportColumns {
  let names: [String]
  private let positions: [String: Int]

  /// Those of the bucket and the amount, which are no members of a result object of their own.
  private static let ofTheBucket: Set<String> = [
    "start_time", "end_time", "start_time_iso", "end_time_iso", "amount_value", "amount_currency",
  ]
  /// Members that every cost row of the API has, in its order.
  static let documented = [
    "line_item", "project_id", "api_key_id", "user_id", "quantity", "quantity_unit",
  ]
  private static let required = ["start_time", "amount_value", "amount_currency"]

  /// - Throws: ``RefusedExport`` for a header that is none of a cost export.
  init(_ header: CSVRecord, path: String, line: Int) throws {
    names = (0..<header.count).map { header.text($0) ?? "" }
    positions = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    func refuse(_ reason: String) -> RefusedExport { RefusedExport(path: path, line: line, reason: reason) }
    if let missing = Self.required.first(where: { positions[$0] == nil }) {
      throw refuse(
        "there is no column \(missing); a cost export of the dashboard has \(Self.required.joined(separator: ", "))"
      )
    }
    if positions[""] != nil { throw refuse("a column has no name") }
    if positions.count < names.count {
      let twice = names.first { name in names.count { $0 == name } > 1 } ?? ""
      throw refuse("the column \(twice) is there twice")
    }
  }

  func position(of name: String) -> Int? { positions[name] }

  /// The `group_by` dimensions whose columns the export has, in the order the API is asked for them (C7).
  var dimensions: [String] { DimensionLadder.steps[0].filter { positions[$0] != nil } }

  /// All other members of a result object, from A to Z, so that the order of columns leaves no trace.
  var undocumented: [String] {
    names.filter { !Self.ofTheBucket.contains($0) && !Self.documented.contains($0) }.sorted()
  }

  /// Columns that are filled on days without any cost too.
  static let filledOnEmptyDays: Set<String> = [
    "start_time", "end_time", "start_time_iso", "end_time_iso", "organization_id", "organization_name",
  ]
}
