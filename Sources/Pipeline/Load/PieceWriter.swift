import Staging

/// A file that goes to the store piece by piece, however large it becomes: nothing of it is held, and what it is is
/// known at its end.
final class PieceWriter {
  private let sink: any ObjectSink
  private var digest = RunningDigest()

  private init(_ sink: any ObjectSink) { self.sink = sink }

  func append(_ piece: [UInt8]) async throws {
    digest.take(piece)
    try await sink.append(piece)
  }

  /// Writes one file.
  /// - Parameters:
  ///   - path: the file's in its record.
  ///   - write: returns the file's rows.
  static func write(
    _ key: String, of store: any Store, as path: String, _ write: (PieceWriter) async throws -> Int
  ) async throws -> FileRecord {
    var (rows, digest) = (0, RunningDigest())
    try await store.write(key) { sink in
      let writer = PieceWriter(sink)
      rows = try await write(writer)
      digest = writer.digest
    }
    return FileRecord(path: path, rows: rows, bytes: digest.bytes, sha256: digest.digest.hex)
  }
}
