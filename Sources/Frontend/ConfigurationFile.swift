import Diagnostics
import Glibc
import Pipeline
import Staging

/// Reads the configuration that a command was given.
enum ConfigurationFile {
  /// - Throws: ``ConfigurationError``, also where the file cannot be read: both are mended in the same place.
  static func read(_ path: String) throws -> Configuration {
    let text = try ConfigurationText.read(path, missing: "there is no such file; name one with --config")
    let configuration = try ConfigurationReader(environment: environment).read(text, path: path)
    // A bad price list is told of before anything is fetched.
    if let prices = configuration.load.priceList { _ = try PriceListFile.read(prices) }
    return configuration
  }

  /// The process's environment.
  static var environment: [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { result[String(pair[0])] = String(pair[1]) }
      entry += 1
    }
    return result
  }

  /// The current day; `UNBLENDED_TODAY` stands in for the clock in tests and repeated runs.
  static func clock() throws -> UTCClock {
    guard let text = environment["UNBLENDED_TODAY"] else { return UTCClock() }
    guard let day = Day(text) else {
      throw ConfigurationError(path: "UNBLENDED_TODAY", "must be a day, YYYY-MM-DD")
    }
    return UTCClock(fixedAt: day)
  }
}
