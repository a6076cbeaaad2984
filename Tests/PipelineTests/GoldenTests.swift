import Foundation
import JSONReader
import Pipeline
import Staging
import Testing

/// What is delivered for `Golden/answers.ndjson`, to the byte.
///
/// After a wanted change of what is delivered, `UPDATE_GOLDEN=1 swift test --filter GoldenTests` writes the files
/// anew; the difference that git then shows is the change.
@Suite struct GoldenTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")

  private static let updates = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

  /// The answers of one organization: a cost or usage row of a day, or a row of a list, in each line.
  private static func api() throws -> ScriptedAPI {
    var api = ScriptedAPI()
    let parser = JSONParser()
    let text = [UInt8](try Data(contentsOf: folder.appendingPathComponent("answers.ndjson")))
    for line in text.split(separator: 0x0A) {
      try parser.parse(Array(line)) { root in
        // As it is written: numbers keep their form.
        let row = String(decoding: try #require(root["row"]).bytes, as: UTF8.self)
        if let list = root["list"]?.string {
          api.lists[list, default: []].append(row)
        } else {
          let dataset = try #require(root["dataset"]?.string)
          let date = try #require(root["date"]?.string)
          if dataset == "costs" {
            api.costs[date, default: []].append(row)
          } else {
            api.usage[String(dataset.dropFirst("usage/".count)), default: [:]][date, default: []].append(row)
          }
        }
      }
    }
    return api
  }

  @Test(arguments: ["1.2", "1.3", "1.4"])
  func isDeliveredToTheByte(version: String) async throws {
    let harness = try Self.api().harness(["acme"], settings: "load: { focus_version: \"\(version)\" }\n")
    let report = try await harness.run(from: "2026-11-03", to: "2026-11-05")
    #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    try Self.compare(try await Self.delivered(harness), "focus-\(version).csv")
    if version == "1.3" {
      try Self.compare(try await harness.store.readExisting("spreadsheet/2026-11.csv"), "spreadsheet.csv")
    }
  }

  /// The same charges with list prices; the rest of the rows is as without.
  @Test(arguments: ["1.2", "1.3", "1.4"])
  func isDeliveredToTheByteWithAPriceList(version: String) async throws {
    let list = Self.folder.appendingPathComponent("prices.yaml").path
    let harness = try Self.api().harness(
      ["acme"], settings: "load: { focus_version: \"\(version)\", price_list: \"\(list)\" }\n")
    let report = try await harness.run(from: "2026-11-03", to: "2026-11-05")
    #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    try Self.compare(try await Self.delivered(harness), "focus-\(version)-list-prices.csv")
  }

  /// The delivered parts as one file.
  private static func delivered(_ harness: Harness) async throws -> [UInt8] {
    var text: [UInt8] = []
    for file in try #require(try await harness.manifest("2026-11")).files {
      let part = try GzipDecoder.decompress(try await harness.store.readExisting("focus/" + file.path))
      let header = part.prefix { $0 != 0x0A }.count + 1
      text += text.isEmpty ? part : Array(part.dropFirst(header))
    }
    return text
  }

  private static func compare(_ found: [UInt8], _ name: String) throws {
    let url = folder.appendingPathComponent(name)
    if updates { try Data(found).write(to: url) }
    let expected = [UInt8](try Data(contentsOf: url))
    let pairs = zip(expected.split(separator: 0x0A), found.split(separator: 0x0A))
    let first = pairs.first { $0 != $1 }
    #expect(
      found == expected,
      """
      \(name) differs, first in
      \(String(decoding: first?.0 ?? [], as: UTF8.self))
      \(String(decoding: first?.1 ?? [], as: UTF8.self))
      """)
  }
}
