import FOCUS
import Staging

/// Writes the FOCUS metadata beside the data.
///
/// Dates in it are UTC days, taken from what is delivered: the same inputs on the same day give the same bytes.
struct MetadataFiles {
  let store: any Store
  let configuration: Configuration
  let columns: [ColumnDefinition]

  private static let folder = "focus/metadata"
  private static let instances = folder + "/dataset_instances.json"

  var schemaID: String {
    SchemaMetadata.identifier(
      version: configuration.load.focusVersion, dataset: .costAndUsage,
      columns: columns.map(SchemaColumn.init))
  }

  /// The identifier given at the first delivery; it stays when organizations come and go. FOCUS 1.2 has no
  /// dataset instances: there the manifests remember it.
  func datasetInstanceID() async throws -> String {
    if let bytes = try await store.read(Self.instances),
      let known = try? DeterministicJSON.decode(
        [DatasetInstanceMetadata].self, from: bytes, path: Self.instances),
      let instance = known.first(where: { $0.focusDatasetID == .costAndUsage })
    {
      return instance.datasetInstanceID
    }
    for object in try await store.list(Self.folder) where object.key.hasSuffix("/manifest.json") {
      if let bytes = try await store.read(object.key),
        let manifest = try? Manifest(sealed: bytes, path: object.key)
      {
        return manifest.datasetInstanceID
      }
    }
    let identifiers = configuration.organizations.map(\.id).sorted()
    return DatasetInstanceMetadata.identifier(for: "CostAndUsage\n" + identifiers.joined(separator: "\n"))
  }

  func write(month: Month, manifest: Manifest, today: Day) async throws {
    let instance = manifest.datasetInstanceID
    try await write("data_generator.json", DataGeneratorMetadata("Unblended"))
    try await write(
      "schemas/schema-\(schemaID).json",
      SchemaMetadata(
        version: configuration.load.focusVersion, dataset: .costAndUsage,
        columns: columns.map(SchemaColumn.init), datasetInstanceID: instance))
    guard configuration.load.focusVersion.hasDatasetInstances else { return }
    // With Billing Periods both instances are written at once, when all months are in place.
    let isThere = try await store.read(Self.instances) != nil
    if !configuration.load.focusVersion.hasBillingPeriods || !isThere {
      try await writeInstances(costAndUsage: instance)
    }
    try await writeRecency(instance, month, manifest)
  }

  func writeInstances(costAndUsage: String, billingPeriods: String? = nil) async throws {
    var instances = [
      DatasetInstanceMetadata(
        datasetInstanceID: costAndUsage, datasetInstanceName: "OpenAI cost and usage",
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

  /// Replaces the month's days in the recency of the whole dataset.
  private func writeRecency(_ instance: String, _ month: Month, _ manifest: Manifest) async throws {
    let path = "recency/recency-\(instance).json"
    let others: [RecencyMetadata.TimeSector]
    if let known = try await knownSectors("\(Self.folder)/\(path)") {
      others = known
    } else {
      others = try await manifestSectors(except: month)
    }
    let sectors = others.filter { !$0.start.hasPrefix(month.description) } + Self.sectors(of: manifest, month)
    if sectors.isEmpty { return }
    try await write(path, [RecencyMetadata(datasetInstanceID: instance, timeSectors: sectors)])
  }

  /// The sectors in place; nil where they are missing or cannot be read.
  private func knownSectors(_ key: String) async throws -> [RecencyMetadata.TimeSector]? {
    guard let bytes = try await store.read(key) else { return nil }
    do {
      return try DeterministicJSON.decode([RecencyMetadata].self, from: bytes, path: key).flatMap {
        $0.timeSectors ?? []
      }
    } catch is CorruptFile { return nil }
  }

  /// The sectors of all other months, made again from what was delivered of them. A manifest that cannot be read
  /// adds its days when its month is delivered again.
  private func manifestSectors(except month: Month) async throws -> [RecencyMetadata.TimeSector] {
    var sectors: [RecencyMetadata.TimeSector] = []
    for object in try await store.list(Self.folder) where object.key.hasSuffix("/manifest.json") {
      guard let other = Layout.value(of: "BILLING_PERIOD", in: object.key).flatMap({ Month($0) }),
        other != month, let bytes = try await store.read(object.key),
        let manifest = try? Manifest(sealed: bytes, path: object.key)
      else { continue }
      sectors += Self.sectors(of: manifest, other)
    }
    return sectors
  }

  private static func sectors(of manifest: Manifest, _ month: Month) -> [RecencyMetadata.TimeSector] {
    month.days.compactMap { day in
      let days = manifest.organizations.values.compactMap { $0.days[day.description] }
      guard let updated = days.compactMap({ Day($0.updated) }).max() else { return nil }
      return RecencyMetadata.TimeSector(
        day: day,
        complete: manifest.organizationsMissing(day).isEmpty && days.allSatisfy(\.isFinished),
        updated: updated)
    }
  }

  /// - Parameter path: below `focus/metadata/`.
  func write(_ path: String, _ value: some Encodable) async throws {
    try await store.writeIfChanged("\(Self.folder)/\(path)", try DeterministicJSON.encode(value))
  }

  func remove(_ path: String) async throws {
    let key = "\(Self.folder)/\(path)"
    if try await store.read(key) != nil { try await store.remove(key) }
  }
}
