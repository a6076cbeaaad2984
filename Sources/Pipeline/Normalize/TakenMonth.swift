import Staging

/// A month of lists of one kind that a history was made from: which days had one, and one digest of all files.
struct TakenMonth: Equatable {
  /// Days of the month.
  let days: Set<Int>
  /// SHA-256 over a line `<sha256>  <path>` for each file, sorted by path: what `sha256sum` prints for them.
  let digest: String

  /// - Parameter files: path and digest of each.
  init(days: some Sequence<Int>, files: [(path: String, sha256: String)]) {
    self.days = Set(days)
    var lines: [UInt8] = []
    for file in files.sorted(by: { $0.path < $1.path }) { lines += "\(file.sha256)  \(file.path)\n".utf8 }
    digest = Digest(of: lines).hex
  }

  /// - Parameter text: as ``text``; nil for any other.
  init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    var days: Set<Int> = []
    for range in parts[0].split(separator: ",", omittingEmptySubsequences: false) {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, 1...31 ~= first,
        first...31 ~= last
      else { return nil }
      days.formUnion(first...last)
    }
    self.days = days
    digest = String(parts[1])
  }

  /// Ranges of days and the digest: `1-14,16-31 9f86d0…`.
  var text: String {
    var ranges: [ClosedRange<Int>] = []
    for day in days.sorted() {
      if let last = ranges.last, last.upperBound + 1 == day {
        ranges[ranges.count - 1] = last.lowerBound...day
      } else {
        ranges.append(day...day)
      }
    }
    let texts = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    return "\(texts.joined(separator: ",")) \(digest)"
  }
}
