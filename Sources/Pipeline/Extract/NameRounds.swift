import JSONReader
import OpenAIAdmin
import Spend
import Staging

/// Stores the lists that name something, round by round.
///
/// A day's first snapshot is part 1. A later one of the same day takes its place unless a name has changed: then
/// it becomes the next part, so that `raw/` alone tells every name that was ever seen (DESIGN C12).
struct NameRounds {
  let partitions: PartitionStore
  let writer: RawWriter
  let day: Day

  /// One list as fetched now.
  struct List {
    let endpoint: Endpoint
    let lines: SortedRows
  }

  func write(_ lists: [List]) async throws {
    var earlier: [String: (record: PartitionRecord, files: [PartitionFile])] = [:]
    for dataset in NameBookReader.datasets { earlier[dataset] = try await stored(dataset) }
    let rounds = earlier.values.map(\.files.count).max() ?? 0
    let number =
      try rounds == 0 || digest(lists) == digest(earlier, round: rounds) ? max(1, rounds) : rounds + 1
    for list in lists {
      let name = RawWriter.fileName(number)
      var files = (earlier[list.endpoint.dataset]?.files ?? []).filter { $0.name != name }
      files.append(PartitionFile(name: name, rows: list.lines.count, content: try list.lines.gzip()))
      try await writer.write(files, of: list.endpoint, day: day)
    }
  }

  private func stored(_ dataset: String) async throws -> (record: PartitionRecord, files: [PartitionFile])? {
    let folder = Layout.raw(organization: writer.organization, dataset: dataset, day: day)
    guard let record = try? await partitions.record(folder) else { return nil }
    var files: [PartitionFile] = []
    for file in record.files {
      // A damaged snapshot cannot be taken again, but today's can: it starts a new count.
      guard let content = try? await partitions.file(file.path, of: folder, record) else { return nil }
      files.append(PartitionFile(name: file.path, rows: file.rows, content: content))
    }
    return (record, files)
  }

  private func digest(_ lists: [List]) throws -> String {
    var reader = NameBookReader()
    let parser = JSONParser()
    for list in lists {
      try list.lines.forEach { line in
        try parser.parse(line.withoutLineFeed) { try reader.read($0, dataset: list.endpoint.dataset) }
      }
    }
    return reader.book.digest
  }

  private func digest(
    _ stored: [String: (record: PartitionRecord, files: [PartitionFile])], round: Int
  ) throws -> String {
    var reader = NameBookReader()
    let parser = JSONParser()
    for dataset in NameBookReader.datasets {
      guard let file = stored[dataset]?.files.first(where: { $0.name == RawWriter.fileName(round) }) else {
        continue
      }
      try LineReader.forEachLine(ofGzip: file.content, path: file.name) { line, _ in
        try parser.parse(line) { try reader.read($0, dataset: dataset) }
      }
    }
    return reader.book.digest
  }
}

extension UnsafeBufferPointer<UInt8> {
  fileprivate var withoutLineFeed: UnsafeBufferPointer<UInt8> {
    last == 0x0A ? UnsafeBufferPointer(rebasing: dropLast()) : self
  }
}
