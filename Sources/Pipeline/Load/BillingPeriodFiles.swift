import FOCUS
import Staging

/// Writes the FOCUS 1.4 Billing Period dataset: one row for each month delivered, beside the charges and not
/// among them, so that a glob over `focus/data/` finds charges only.
struct BillingPeriodFiles {
  let store: any Store
  let configuration: Configuration
  let metadata: MetadataFiles
  let today: Day

  private static let folder = "focus/billing_periods"
  private static let path = "billing_periods/billing_periods.csv"
  private static let reference = "billing_periods.json"

  /// Where an artifact lies and which schema it has (FOCUS schema metadata to data reference).
  private struct Reference: Encodable {
    struct Location: Encodable {
      /// Relative to `focus/`.
      let path: String
      let bytes: Int
      let rows: Int
      enum CodingKeys: String, CodingKey {
        case path = "filepath"
        case bytes = "total_bytes"
        case rows = "total_rows"
      }
    }
    let schemaID: String
    let datasetInstanceID: String
    let locations: [Location]
    enum CodingKeys: String, CodingKey {
      case schemaID = "SchemaId"
      case datasetInstanceID = "DatasetInstanceId"
      case locations = "data_location"
    }
  }

  /// Brings the dataset up to date with the manifests in place; removes it where the version does not have it.
  func write() async throws {
    let version = configuration.load.focusVersion
    guard version.hasBillingPeriods else {
      if try await !store.list(Self.folder).isEmpty { try await store.replace(Self.folder, with: []) }
      return try await metadata.remove(Self.reference)
    }
    let periods = try await manifests().compactMap(period)
    guard let updated = periods.map(\.updated).max() else { return }
    let content = BillingPeriod.csv(periods)
    try await store.writeIfChanged("focus/" + Self.path, content)
    let instance = DatasetInstanceMetadata.identifier(for: "BillingPeriod\n" + metadata.datasetInstanceID)
    let schema = SchemaMetadata(
      version: version, dataset: .billingPeriod, columns: BillingPeriod.columns, datasetInstanceID: instance)
    try await metadata.write("schemas/schema-\(schema.schemaID).json", schema)
    try await metadata.write(
      Self.reference,
      Reference(
        schemaID: schema.schemaID, datasetInstanceID: instance,
        locations: [Reference.Location(path: Self.path, bytes: content.count, rows: periods.count)]))
    try await metadata.write(
      "recency/recency-\(instance).json",
      [
        RecencyMetadata(
          datasetInstanceID: instance, complete: periods.allSatisfy { $0.status == .closed },
          updated: updated.timestamp)
      ])
    try await metadata.writeInstances(billingPeriods: instance)
  }

  private func manifests() async throws -> [DeliveredDays] {
    var manifests: [DeliveredDays] = []
    for key in try await DeliveredMonths.manifests(store) {
      if let delivered = try await metadata.context.deliveredDays.read(key) { manifests.append(delivered) }
    }
    return manifests
  }

  /// Closed: the month is over, every delivered day is settled and made from all its datasets, and no organization lacks a day since its first.
  private func period(_ manifest: DeliveredDays) -> BillingPeriod? {
    guard let month = Month(manifest.billingPeriod) else { return nil }
    let days = manifest.organizations.values.flatMap(\.days.values)
    guard let updated = days.compactMap({ Day($0.updated) }).max() else { return nil }
    let isWhole = month.days.allSatisfy { manifest.organizationsMissing($0).isEmpty }
    let isClosed = today >= month.end && isWhole && days.allSatisfy(\.isFinished)
    return BillingPeriod(month: month, status: isClosed ? .closed : .open, updated: updated)
  }
}
