internal import Glibc
internal import Staging

/// Instants as AWS and HTTP write them; inside they are Unix seconds.
enum Timestamps {
  static func now() -> Int { Int(time(nil)) }

  /// `20261103T081500Z`.
  static func basic(_ unixTime: Int) -> String {
    let day = Day(containing: unixTime)
    let rest = unixTime - day.startSeconds
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let date = day.description.filter { $0 != "-" }
    return "\(date)T\(two(rest / 3600))\(two(rest / 60 % 60))\(two(rest % 60))Z"
  }

  /// `2026-11-03T08:15:00Z`, with or without a fraction, as credentials tell their end.
  static func unixTime(iso8601 text: String) -> Int? {
    let parts = text.split(separator: "T")
    guard parts.count == 2, let day = Day(String(parts[0])) else { return nil }
    var clock = parts[1]
    var offset = 0
    if clock.hasSuffix("Z") {
      clock.removeLast()
    } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
      let zone = clock[clock.index(after: sign)...].split(separator: ":").map { Int($0) }
      guard zone.count == 2, let hours = zone[0], let minutes = zone[1] else { return nil }
      offset = (hours * 3600 + minutes * 60) * (clock[sign] == "-" ? -1 : 1)
      clock = clock[..<sign]
    } else {
      return nil
    }
    let fields = clock.prefix { $0 != "." }.split(separator: ":").map { Int($0) }
    guard fields.count == 3, let hour = fields[0], let minute = fields[1], let second = fields[2],
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    return day.startSeconds + hour * 3600 + minute * 60 + second - offset
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110), as `Date` and `Last-Modified` hold it.
  static func unixTime(httpDate text: String) -> Int? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]),
      let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
      let date = Day(year: year, month: month + 1, day: day)
    else { return nil }
    return unixTime(iso8601: "\(date)T\(parts[4])Z")
  }
}
