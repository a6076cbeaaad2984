import Diagnostics
import FOCUS
import JSONReader
import Staging
import Synchronization

/// Writes the FOCUS metadata beside the data.
///
/// Dates in it are UTC days, taken from what is delivered: the same inputs on the same day give the same bytes.
final class MetadataFiles: Sendable {
  let context: StageContext
  let configuration: Configuration
  let columns: [ColumnDefinition]
  /// The identifier given at the first delivery; it stays when organizations come and go.
  let datasetInstanceID: String
  /// Whether what is the same for all months has been written.
  private let isWritten = Mutex(false)

  private static let instances = Layout.metadata + "/dataset_instances.json"

  private var store: any Store { context.store }

  init(_ context: StageContext, configuration: Configuration, columns: [ColumnDefinition]) async throws {
    self.context = context
    self.configuration = configuration
    self.columns = columns
    let organizations = configuration.organizations.map(\.id).sorted().joined(separator: "\n")
    datasetInstanceID =
      try await Self.knownInstanceID(context)
      ?? DatasetInstanceMetadata.identifier(for: "CostAndUsage\n" + organizations)
  }

  /// Manifests vouch for themselves, and are believed before the file that FOCUS asks for.
  private static func knownInstanceID(_ context: StageContext) async throws -> String? {
    for key in try await DeliveredMonths.manifests(context.store) {
      do {
        if let delivered = try await context.deliveredDays.read(key) { return delivered.datasetInstanceID }
      } catch is CorruptFile { continue }
    }
    guard let bytes = try await context.store.read(instances) else { return nil }
    let known = try? DeterministicJSON.decode([DatasetInstanceMetadata].self, from: bytes, path: instances)
    return known?.first { $0.focusDatasetID == .costAndUsage }?.datasetInstanceID
  }

  var schemaID: String {
    SchemaMetadata.identifier(
      version: configuration.load.focusVersion, dataset: .costAndUsage,
      columns: columns.map(SchemaColumn.init))
  }

  /// What every month's delivery needs beside it, written before the first; how fresh they are comes when all are in
  /// place.
  func writeOnce() async throws {
    let wasWritten = isWritten.withLock { known in
      defer { known = true }
      return known
    }
    if wasWritten { return }
    try await write("data_generator.json", DataGeneratorMetadata("Unblended"))
    try await write(
      "schemas/schema-\(schemaID).json",
      SchemaMetadata(
        version: configuration.load.focusVersion, dataset: .costAndUsage,
        columns: columns.map(SchemaColumn.init), datasetInstanceID: datasetInstanceID))
    guard configuration.load.focusVersion.hasDatasetInstances else { return }
    // With Billing Periods both instances are written at once, when all months are in place.
    let isThere = try await store.read(Self.instances) != nil
    if !configuration.load.focusVersion.hasBillingPeriods || !isThere {
      try await writeInstances()
    }
  }

  func writeInstances(billingPeriods: String? = nil) async throws {
    var instances = [
      DatasetInstanceMetadata(
        datasetInstanceID: datasetInstanceID, datasetInstanceName: "OpenAI cost and usage",
        dataset: .costAndUsage)
    ]
    if let billingPeriods {
      instances.append(
        DatasetInstanceMetadata(
          datasetInstanceID: billingPeriods, datasetInstanceName: "OpenAI billing periods",
          dataset: .billingPeriod))
    }
    try await write("dataset_instances.json", instances)
  }

  /// Writes how fresh the whole dataset is, from the manifests of all months. Of a month whose manifest is damaged
  /// stays what is there.
  func writeRecency() async throws {
    guard configuration.load.focusVersion.hasDatasetInstances else { return }
    let path = "recency/recency-\(datasetInstanceID).json"
    var sectors: [RecencyMetadata.TimeSector] = []
    for key in try await DeliveredMonths.manifests(store) {
      guard let month = Layout.value(of: "BILLING_PERIOD", in: key).flatMap({ Month($0) }) else { continue }
      do {
        if let delivered = try await context.deliveredDays.read(key) {
          sectors += Self.sectors(of: delivered, month)
        }
      } catch let damage as CorruptFile {
        context.diagnostics.report(
          Diagnostic(kind: "manifest_damaged", message: "\(damage); load over \(month) makes it anew"))
        sectors += try await knownSectors(Layout.metadata + "/" + path).filter {
          $0.start.hasPrefix(month.description)
        }
      }
    }
    if sectors.isEmpty { return }
    try await write(path, [RecencyMetadata(datasetInstanceID: datasetInstanceID, timeSectors: sectors)])
  }

  /// The sectors in place; none where they are missing or cannot be read.
  private func knownSectors(_ key: String) async throws -> [RecencyMetadata.TimeSector] {
    guard let bytes = try await store.read(key) else { return [] }
    let known = try? DeterministicJSON.decode([RecencyMetadata].self, from: bytes, path: key)
    return known?.flatMap { $0.timeSectors ?? [] } ?? []
  }

  private static func sectors(of delivered: DeliveredDays, _ month: Month) -> [RecencyMetadata.TimeSector] {
    month.days.compactMap { day in
      let days = delivered.organizations.values.compactMap { $0.days[day.description] }
      guard let updated = days.compactMap({ Day($0.updated) }).max() else { return nil }
      return RecencyMetadata.TimeSector(
        day: day,
        complete: delivered.organizationsMissing(day).isEmpty && days.allSatisfy(\.isFinished),
        updated: updated)
    }
  }

  /// - Parameter path: below `focus/metadata/`.
  func write(_ path: String, _ value: some Encodable) async throws {
    try await store.writeIfChanged("\(Layout.metadata)/\(path)", try JSONText.pretty(value) + [0x0A])
  }

  func remove(_ path: String) async throws {
    let key = "\(Layout.metadata)/\(path)"
    if try await store.read(key) != nil { try await store.remove(key) }
  }
}
