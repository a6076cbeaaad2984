import Diagnostics
import JSONReader
import Spend
import Staging

/// Reads an organization's names from the administration lists in `raw/`.
struct NameSnapshots {
  let context: StageContext

  /// The newest snapshot of each list; lists never fetched leave their names unknown.
  /// - Throws: ``CorruptFile`` and ``RefusedPartition``.
  func current(organization: String) async throws -> NameBook {
    var reader = NameBookReader()
    for dataset in NameBookReader.datasets {
      let folder = Layout.rawDataset(organization: organization, dataset: dataset)
      let days = try await context.store.list(folder).compactMap { object in
        object.key.hasSuffix(Layout.partitionRecord)
          ? Layout.value(of: "date", in: object.key).flatMap { Day($0) } : nil
      }
      guard let newest = days.max() else { continue }
      let partition = Layout.raw(organization: organization, dataset: dataset, day: newest)
      guard let record = try await context.partitions.record(partition) else { continue }
      let parser = JSONParser()
      for file in record.files {
        let bytes = try await context.partitions.file(file.path, of: partition, record)
        try RawPartition.forEachLine(
          of: bytes, path: "\(partition)/\(file.path)", organization: organization, dataset: dataset,
          day: newest,
          parser: parser
        ) { line, _ in try reader.read(line, dataset: dataset) }
      }
    }
    return reader.book
  }
}
