import JSONReader
import OpenAIAdmin
import Spend
import Staging

/// Stores the lists that name something, round by round.
///
/// A day's first snapshot is part 1. A later one of the same day becomes the next part if a name has changed, and
/// is not stored if none has: `raw/` alone tells every name that was ever seen (DESIGN C12), and parts are only
/// ever added, so that a killed run takes nothing away.
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
    var earlier: [String: [PartitionFile]] = [:]
    for dataset in NameBookReader.datasets { earlier[dataset] = try await stored(dataset) }
    guard let name = try nextRound(lists, after: earlier) else { return }
    for list in lists {
      var files = earlier[list.endpoint.dataset] ?? []
      // A part that a killed run has stored of this round stays.
      if files.contains(where: { $0.name == name }) { continue }
      files.append(PartitionFile(name: name, rows: list.lines.count, content: try list.lines.gzip()))
      try await writer.write(files, of: list.endpoint, day: day)
    }
  }

  /// The file name of the round that the lists are: the last one's where it was never finished, the next where a
  /// name has changed since, nil where none has.
  private func nextRound(_ lists: [List], after earlier: [String: [PartitionFile]]) throws -> String? {
    guard let last = earlier.values.compactMap(\.last?.name).max(),
      let number = (1...99_999).first(where: { RawWriter.fileName($0) == last })
    else { return RawWriter.fileName(1) }
    let isFinished = lists.allSatisfy { earlier[$0.endpoint.dataset]?.last?.name == last }
    if !isFinished { return last }
    // A list that was not to be had now is no change of names.
    let isSame = try digest(lists) == digest(earlier, round: last, of: lists.map(\.endpoint.dataset))
    return isSame ? nil : RawWriter.fileName(number + 1)
  }

  /// The day's snapshots that are whole, in order. One that a killed run left half is taken again.
  private func stored(_ dataset: String) async throws -> [PartitionFile] {
    let folder = Layout.raw(organization: writer.organization, dataset: dataset, day: day)
    var files: [PartitionFile] = []
    do {
      for file in try await partitions.record(folder)?.files ?? [] {
        let key = "\(folder)/\(file.path)"
        guard let content = try await partitions.store.read(key), (try? file.verify(content, key: key)) != nil
        else { continue }
        files.append(PartitionFile(name: file.path, rows: file.rows, content: content))
      }
    } catch is CorruptFile {
      return []
    }
    return files
  }

  private func digest(_ lists: [List]) throws -> String {
    var reader = NameBookReader()
    let parser = JSONParser()
    for list in lists {
      try list.lines.forEachRow { line in
        try parser.parse(line.withoutLineFeed) { try reader.read($0, dataset: list.endpoint.dataset) }
      }
    }
    return reader.book.digest
  }

  private func digest(
    _ stored: [String: [PartitionFile]], round: String, of datasets: [String]
  ) throws -> String {
    var reader = NameBookReader()
    let parser = JSONParser()
    for dataset in datasets {
      guard let file = stored[dataset]?.first(where: { $0.name == round }) else { continue }
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
