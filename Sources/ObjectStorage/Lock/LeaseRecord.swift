internal import Glibc
internal import Staging

/// What the object `.lock` says: who holds the output, and for how long after it was written.
struct LeaseRecord: Codable, Hashable {
  /// Unique to one run; nil once it has let go.
  var holder: String?
  /// For people: host and process of the last holder.
  var host: String
  var process: Int
  /// The lock is anybody's when it was not written for so long.
  var seconds: Int

  /// Of this process.
  init(seconds: Int) {
    var name = [CChar](repeating: 0, count: 256)
    let isNamed = gethostname(&name, name.count - 1) == 0
    host =
      isNamed ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : ""
    process = Int(getpid())
    holder = "\(host)-\(process)-\(UInt64.random(in: .min ... .max))"
    self.seconds = seconds
  }

  /// The same when it is let go.
  var released: LeaseRecord {
    var record = self
    record.holder = nil
    return record
  }

  /// Nil for what is no lock.
  init?(_ bytes: [UInt8]) {
    guard let record = try? DeterministicJSON.decode(LeaseRecord.self, from: bytes, path: "") else {
      return nil
    }
    self = record
  }

  func encoded() throws -> [UInt8] { try DeterministicJSON.encode(self) }
}
