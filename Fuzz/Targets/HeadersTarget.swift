@testable import OpenAIAdmin

/// A pause is never negative and never longer than a day, whatever the headers say.
///
/// The first line is `retry-after-ms`, then `Retry-After`, then `x-ratelimit-reset-requests`.
func readHeaders(_ input: UnsafeBufferPointer<UInt8>) {
  let lines = parts(input, separator: 0x0A, limit: 3).map { String(decoding: $0, as: UTF8.self) }
  let names = ["retry-after-ms", "Retry-After", "x-ratelimit-reset-requests"]
  var headers = [(name: "x-ratelimit-remaining-requests", value: "0")]
  for (name, line) in zip(names, lines) where !line.isEmpty { headers.append((name: name, value: line)) }
  let now = 1_793_491_200
  let advice = RateLimitAdvice(HTTPResponse(status: 429, headers: headers), now: now)
  promise(advice.isExhausted, "nothing remains")
  if let pause = advice.pause {
    promise(pause >= .zero && pause <= .seconds(86_400), "a pause of \(pause)")
  }
  for line in lines {
    if let seconds = RetryAfter.seconds(line, now: now) { promise(seconds >= 0, "\(seconds) seconds") }
    if let reset = RateLimitAdvice.duration(line, now: now) { promise(reset >= .zero, "reset in \(reset)") }
  }
}
