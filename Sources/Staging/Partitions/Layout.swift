/// Where everything lies below the output root (DESIGN, section 5).
public enum Layout {
  /// One dataset of one organization for one day, as the API gave it.
  public static func raw(organization: String, dataset: String, day: Day) -> String {
    "\(rawDataset(organization: organization, dataset: dataset))/date=\(day)"
  }

  public static func rawDataset(organization: String, dataset: String) -> String {
    "raw/org=\(organization)/dataset=\(dataset)"
  }

  /// What an organization's API was found to accept.
  public static func capabilities(organization: String) -> String {
    "raw/org=\(organization)/_capabilities.json"
  }

  /// One organization's charges and usage of one day.
  public static func normalized(organization: String, day: Day) -> String {
    "\(normalizedOrganization(organization))/date=\(day)"
  }

  public static func normalizedOrganization(_ organization: String) -> String {
    "normalized/org=\(organization)"
  }

  /// The history of an organization's names.
  public static func names(organization: String) -> String { "names/org=\(organization)" }

  /// The truth of one billing month.
  public static func data(_ month: Month) -> String { "focus/data/BILLING_PERIOD=\(month)" }

  /// What FOCUS asks for beside the data, and the manifests of all months.
  public static let metadata = "focus/metadata"

  public static func metadata(_ month: Month) -> String { "\(metadata)/BILLING_PERIOD=\(month)" }

  public static func manifest(_ month: Month) -> String { metadata(month) + "/manifest.json" }

  /// Earlier deliveries of one month.
  public static func superseded(_ month: Month) -> String { "focus/superseded/BILLING_PERIOD=\(month)" }

  /// Parts of a delivery that is not published yet.
  public static func building(_ month: Month) -> String { "focus/.building/BILLING_PERIOD=\(month)" }

  public static func spreadsheet(_ month: Month) -> String { "spreadsheet/\(month).csv" }

  public static func run(_ identifier: String) -> String { "runs/\(identifier).json" }

  public static let partitionRecord = "_partition.json"

  /// The value of one `name=value` part of a key, e.g. the day of `…/date=2026-11-03/…`.
  public static func value(of name: String, in key: String) -> Substring? {
    // Asked for thousands of keys: bytes, and no string for each part.
    var rest = key.utf8[...]
    while true {
      let part = rest.prefix { $0 != UInt8(ascii: "/") }
      let value = part.dropFirst(name.utf8.count)
      if value.first == UInt8(ascii: "="), part.starts(with: name.utf8) {
        return Substring(value.dropFirst())
      }
      if part.endIndex == rest.endIndex { return nil }
      rest = rest[rest.index(after: part.endIndex)...]
    }
  }
}
