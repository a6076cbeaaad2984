import Spend
import Staging

@testable import Pipeline

/// Records and manifests: what is read is written in one form only, and read again it is the same.
func readRecords(_ input: UnsafeBufferPointer<UInt8>) {
  let bytes = Array(input)
  check(PartitionRecord.self, bytes)
  check(Manifest.self, bytes)
  check(Capabilities.self, bytes)
}

private func check<Value: SealedJSON & Equatable>(_ type: Value.Type, _ bytes: [UInt8]) {
  guard let value = reading({ try DeterministicJSON.decode(type, from: bytes, path: "fuzz.json") }),
    let text = reading({ try DeterministicJSON.encode(value) })
  else { return }
  let again = reading { try DeterministicJSON.decode(type, from: text, path: "fuzz.json") }
  promise(again == value, "another \(type) comes back")
  let unsealed = reading { try Value(sealed: try value.sealed(), path: "fuzz.json") }
  promise(unsealed == value, "another \(type) comes back from under its seal")
  promise(again.flatMap { try? DeterministicJSON.encode($0) } == text, "a \(type) has two forms")
  let line = reading { try DeterministicJSON.encode(value, onOneLine: true) }
  promise(line?.dropLast().contains(0x0A) == false, "several lines")
}

/// A history of names that was read is written as it was, and read again.
func readNameHistory(_ input: UnsafeBufferPointer<UInt8>) {
  let header = CSVRow.header(NameHistoryFile.header)
  guard let file = try? GzipEncoder.compress(header + Array(input)),
    let history = reading({ try NameHistoryFile.read(gzip: file, path: "history.csv.gz") })
  else { return }
  let rows = NameHistoryFile.rows(history)
  let again = reading {
    try NameHistoryFile.read(gzip: try GzipEncoder.compress(rows.bytes), path: "history.csv.gz")
  }
  promise(again.map { NameHistoryFile.rows($0).bytes } == rows.bytes, "a history has two forms")
}
