import Foundation
import Staging
import TestSupport
import Testing

@testable import OpenAIAdmin
@testable import Pipeline

/// The file for node exporter's textfile collector.
@Suite struct MetricsTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/metrics/unblended.prom" }
  private let from = "2026-11-02"
  private let to = "2026-11-05"

  init() throws { folder = try TemporaryFolder() }

  private func harness(
    _ api: ScriptedAPI = .ordinary, store: any Store = MemoryStore(), today: String = "2026-11-20"
  ) throws -> Harness {
    var harness = try api.harness(store: store, settings: "metrics: { textfile: \"\(path)\" }\n")
    harness.today = try #require(Day(today))
    return harness
  }

  /// Values by name and labels, as they stand in the file, which has to be OpenMetrics: families in one piece, each
  /// with its type before its samples, no timestamps, the end marked.
  private func values() throws -> [String: String] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasSuffix("\n# EOF\n"))
    var values: [String: String] = [:]
    var (family, seen) = ("", Set<String>())
    for line in text.split(separator: "\n").dropLast() {
      if let type = line.wholeMatch(of: /# TYPE (unblended_[a-z_]+) gauge/) {
        family = String(type.1)
        #expect(seen.insert(family).inserted, "\(family) comes twice")
      } else if let unit = line.wholeMatch(of: /# UNIT ([a-z_]+) ([a-z]+)/) {
        #expect(unit.1 == family && family.hasSuffix("_\(unit.2)"))
      } else if let help = line.wholeMatch(of: /# HELP ([a-z_]+) .+/) {
        #expect(help.1 == family)
      } else if let sample = line.wholeMatch(
        of: /([a-z_]+)(\{([a-z_]+="([^"\\]|\\.)*",?)+\})? (-?\d+(\.\d+)?)/)
      {
        #expect(sample.1 == family)
        let key = String(line.dropLast(sample.5.count + 1))
        #expect(values.updateValue(String(sample.5), forKey: key) == nil, "\(line) comes twice")
      } else {
        Issue.record("no OpenMetrics: \(line)")
      }
    }
    return values
  }

  @Test func aRunTellsWhatItDid() async throws {
    let report = try await harness().run(from: from, to: to)
    #expect(report.exitCode == 0, "\(report.failures.map(\.message))")
    let values = try values()
    let now = try #require(Day("2026-11-20")).startSeconds
    let cost = #"unblended_cost{command="run",organization="acme",currency="USD"}"#
    for (name, value) in [
      (#"unblended_last_run_timestamp_seconds{command="run"}"#, "\(now)"),
      (#"unblended_last_success_timestamp_seconds{command="run"}"#, "\(now)"),
      (#"unblended_last_run_exit_code{command="run"}"#, "0"),
      (cost, "1.9500000000000000000000000006"),
      (#"unblended_rows{command="run",kind="delivered"}"#, "18"),
      (#"unblended_api_requests{command="run",status="200"}"#, "\(report.counts.requests["200"] ?? 0)"),
      (#"unblended_attributed_ratio{command="run",organization="acme",currency="USD"}"#, "0"),
      (#"unblended_days{organization="acme",state="settled"}"#, "3"),
      (#"unblended_days{organization="acme",state="missing"}"#, "15"),
      (#"unblended_restated_days{command="run",organization="acme"}"#, "0"),
    ] { #expect(values[name] == value, "\(name)") }
    for (kind, count) in report.warnings {
      #expect(values[#"unblended_warnings{command="run",kind="\#(kind)"}"#] == "\(count)")
    }
    for stage in Stage.allCases {
      #expect(values[#"unblended_stage_seconds{command="run",stage="\#(stage.rawValue)"}"#] != nil)
    }
  }

  /// A run that fails writes its figures, and the last success stays that of the run before.
  @Test func aFailedRunKeepsTheLastSuccess() async throws {
    let store = MemoryStore()
    _ = try await harness(store: store).run(from: from, to: to)
    var api = ScriptedAPI.ordinary
    api.answer = { $0.isCosts ? ScriptedAPI.refusal(503, "no") : nil }
    let failed = try await harness(api, store: store, today: "2026-11-21").run(
      from: "2026-11-20", to: "2026-11-21")
    #expect(failed.exitCode == 69)
    let values = try values()
    let success = values[#"unblended_last_success_timestamp_seconds{command="run"}"#]
    #expect(success == "\(try #require(Day("2026-11-20")).startSeconds)")
    #expect(
      values[#"unblended_last_run_timestamp_seconds{command="run"}"#]
        == "\(try #require(Day("2026-11-21")).startSeconds)")
    #expect(values[#"unblended_last_run_exit_code{command="run"}"#] == "69")
    #expect(values[#"unblended_api_requests{command="run",status="503"}"#] != nil)
    #expect(values[#"unblended_failures{command="run",organization="acme",exit_code="69"}"#] == "1")
  }

  /// Stages that are called one by one do not wipe each other's figures.
  @Test func eachCommandKeepsItsOwn() throws {
    var report = RunReport(command: "extract", clock: UTCClock())
    let first = RunMetrics(report, status: nil, now: 1, earlier: [])
    report = RunReport(command: "load", clock: UTCClock())
    let second = RunMetrics(
      report, status: nil, now: 2, earlier: OpenMetricsText.samples(in: OpenMetricsText.encode(first.samples))
    )
    let success = second.samples.filter { $0.metric == .lastSuccess }
    #expect(
      success.map { $0.label("command") } == ["extract", "load"] && success.map(\.value) == ["1", "2"])
    #expect(second.samples.count { $0.metric == .buildInfo } == 1)
  }

  /// What is written is read back, whatever is in a label; what is no such file is passed over.
  @Test func samplesComeBack() {
    let samples = [
      MetricSample(.cost, ["organization": #"a"b\c"# + "\n, d=}", "currency": "USD"], "-1.5"),
      MetricSample(.days, [:], "3"),
    ]
    #expect(OpenMetricsText.samples(in: OpenMetricsText.encode(samples)) == samples)
    for text in [
      "", "nonsense", "unblended_cost{a=\"b} 1", "unblended_cost{a=b} 1", "unblended_days x", "{} 1",
    ] {
      #expect(OpenMetricsText.samples(in: Array(text.utf8)) == [], "\(text)")
    }
  }

  /// Metrics that cannot be written are a failure: a collector would show the run before for ever.
  @Test func aFileThatCannotBeWrittenIsAFailure() async throws {
    try folder.write("metrics", "no folder")
    let harness = try harness()
    let report = try await harness.run(from: from, to: to)
    #expect(report.exitCode == 73 && report.failures.count == 1)
    let record = try await harness.store.readExisting(Layout.run(report.runID))
    #expect(String(decoding: record, as: UTF8.self).contains("\"exit_code\" : 73"))
  }
}
