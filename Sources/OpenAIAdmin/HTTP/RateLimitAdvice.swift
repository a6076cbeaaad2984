/// What an answer says about the rate limit of its key.
///
/// Read are `retry-after-ms`, `Retry-After` (seconds or a date), and OpenAI's `x-ratelimit-remaining-requests` with
/// `x-ratelimit-reset-requests`.
struct RateLimitAdvice {
  /// The pause that the server asks for before the next request; nil where it says nothing.
  var pause: Duration?
  /// Whether the answer was the last one that the key is granted for now.
  var isExhausted = false

  /// Nobody is told to wait for longer than a day; a budget ends before.
  private static let longest = Duration.seconds(86_400)

  /// - Parameter now: Unix time in seconds.
  init(_ response: HTTPResponse, now: Int) {
    isExhausted = response.header("x-ratelimit-remaining-requests") == "0"
    let milliseconds = response.header("retry-after-ms").flatMap { Int($0) }.map { Duration.milliseconds($0) }
    let seconds = response.header("Retry-After").flatMap { RetryAfter.seconds($0, now: now) }
    let asked = milliseconds ?? seconds.map { Duration.seconds(min($0, 86_400)) }
    let reset =
      isExhausted
      ? response.header("x-ratelimit-reset-requests").flatMap { Self.duration($0, now: now) } : nil
    pause = (asked ?? reset).map { min(max(.zero, $0), Self.longest) }
  }

  /// Reads `1s`, `6m0s`, `120ms`, `1h0m8.64s`, a number of seconds, or the Unix time at which the limit is reset.
  static func duration(_ text: String, now: Int) -> Duration? {
    if let number = milliseconds(text[...]) {
      let isTime = number > 1_000_000_000_000
      return .milliseconds(isTime ? max(0, number - now * 1000) : number)
    }
    let units: [(name: String, milliseconds: Int)] = [
      ("ms", 1), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("d", 86_400_000),
    ]
    var total = 0
    var rest = text[...]
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      guard let number = milliseconds(digits), number <= 1_000_000_000_000,
        let unit = units.first(where: { rest.hasPrefix($0.name) })
      else { return nil }
      rest = rest.dropFirst(unit.name.count)
      // Far beyond the longest pause; kept small, so that no sum of any header overflows.
      let (product, isBeyond) = number.multipliedReportingOverflow(by: unit.milliseconds)
      guard !isBeyond, total < 1 << 60 else { return nil }
      total += product / 1000
    }
    return text.isEmpty ? nil : .milliseconds(total)
  }

  /// A plain decimal number, times 1000; further digits are dropped.
  private static func milliseconds(_ text: Substring) -> Int? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, !first.isEmpty, first.utf8.count <= 13,
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }), let whole = Int(first)
    else { return nil }
    let digits = parts.count > 1 ? parts[1].prefix(3) : ""
    guard let thousandths = Int(digits + String(repeating: "0", count: 3 - digits.count)) else { return nil }
    return whole * 1000 + thousandths
  }
}
