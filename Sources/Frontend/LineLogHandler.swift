import Logging
import Pipeline

/// Writes one line a message to standard error: text for people, JSON for collectors.
struct LineLogHandler: LogHandler {
  let label: String
  let format: LogFormat
  var logLevel: Logger.Level = .info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
    switch format {
    case .text: StandardStreams.writeError(text(event.level, event.message, all))
    case .json: StandardStreams.writeError(json(event.level, event.message, all))
    }
  }

  private func text(
    _ level: Logger.Level, _ message: Logger.Message,
    _ metadata: [(key: String, value: Logger.Metadata.Value)]
  ) -> String {
    let fields = metadata.map { " \($0.key)=\($0.value)" }.joined()
    return "\(UTCClock().timestamp) \(level) \(message)\(fields.isEmpty ? "" : " ·" + fields)\n"
  }

  private func json(
    _ level: Logger.Level, _ message: Logger.Message,
    _ metadata: [(key: String, value: Logger.Metadata.Value)]
  ) -> String {
    var fields = [("time", UTCClock().timestamp), ("level", "\(level)"), ("message", "\(message)")]
    fields += metadata.map { ($0.key, "\($0.value)") }
    return JSONLine.object(fields) + "\n"
  }
}
