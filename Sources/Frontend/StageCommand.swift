import ArgumentParser
import Diagnostics
import Logging
import Pipeline
import Staging

/// What `extract`, `normalize`, `load` and `unblended run` have in common: everything but the stages.
enum StageCommand {
  /// Runs the stages and ends the process with the run's exit code.
  /// - Parameters:
  ///   - csv: a file that extract reads in place of the API.
  ///   - acceptsShrink: whether days may lose most of their delivered cost.
  static func run(
    _ stages: [Stage], command: String, _ options: StageOptions, csv: String? = nil,
    acceptsShrink: Bool = false
  ) async throws {
    // From here on admin keys may be in memory.
    if stages.contains(.extract) { CoreDumps.forbid() }
    let logger = makeLogger(options.output.logFormat, quiet: options.output.quiet, label: command)
    let progress = options.output.quiet || !StandardStreams.errorIsTerminal ? nil : TerminalProgress()
    do {
      let configuration = try ConfigurationFile.read(options.config)
      let clock = try ConfigurationFile.clock()
      let dashboardExport = try csv.map { try readExport($0, options) }
      var scope = try options.scope(configuration, today: clock.today)
      scope.acceptsShrink = acceptsShrink
      configuration.fileMode.apply()
      let lock = try RunLock(output: configuration.output, fileMode: configuration.fileMode)
      let store = DirectoryStore(root: configuration.output, fileMode: configuration.fileMode.bits)
      try store.removeScratch()
      let diagnostics = DiagnosticsCollector {
        logger.warning("\($0.message)", metadata: ["kind": "\($0.kind)"])
      }
      if options.window.isDefault, dashboardExport == nil {
        scope = try await CatchUp(store: store, diagnostics: diagnostics).extended(scope)
      }
      let context = StageContext(
        store: store, diagnostics: diagnostics, logger: logger, progress: progress ?? SilentProgress())
      let client = try APIClientFactory(
        configuration: configuration, environment: ConfigurationFile.environment, logger: logger,
        diagnostics: diagnostics)
      let report = await PipelineRun(
        configuration: configuration, context: context, client: client, clock: clock
      ).run(stages, scope, command: command, from: dashboardExport)
      progress?.finish()
      withExtendedLifetime(lock) {}
      for failure in report.failures { logger.error("\(failure.message)") }
      try print(report, options.output.summary, output: configuration.output)
      if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    } catch let error as any RecoverableError {
      progress?.finish()
      switch options.output.logFormat {
      case .text: StandardStreams.writeError("\(command): \(error)\n")
      case .json: logger.error("\(error)")
      }
      if options.output.summary == .json {
        // If this cannot be written either, the exit code still tells.
        try? print(RunReport(command: command, clock: UTCClock(), refusedBy: error), .json, output: "")
      }
      throw ExitCode(error.recovery.exitCode)
    }
  }

  private static func readExport(_ path: String, _ options: StageOptions) throws -> DashboardExport {
    guard let content = try LocalFile.bytes(path) else {
      throw ValidationError("--from-csv \(path): there is no such file.")
    }
    return DashboardExport(path: path, content: content, from: options.window.from, to: options.window.to)
  }

  static func makeLogger(_ format: LogFormat, quiet: Bool, label: String) -> Logger {
    var logger = Logger(label: label) { LineLogHandler(label: $0, format: format) }
    logger.logLevel = quiet ? .error : .info
    return logger
  }

  private static func print(_ report: RunReport, _ format: SummaryFormat, output: String) throws {
    switch format {
    case .none: return
    case .json:
      let line = try DeterministicJSON.encode(report, onOneLine: true)
      try StandardStreams.writeSummary(String(decoding: line, as: UTF8.self))
    case .table:
      try StandardStreams.writeSummary(SummaryTable(report: report, output: output).text)
    }
  }
}
