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
    // Most pages have some megabytes; larger ones are few.
    FreedMemory.keep(blocksUpTo: stages.contains(.extract) ? 8 << 20 : 4 << 20)
    // From here on admin keys may be in memory.
    if stages.contains(.extract) { CoreDumps.forbid() }
    let base = makeLogger(options.output.logFormat, quiet: options.output.quiet, label: command)
    let progress = options.output.quiet || !StandardStreams.errorIsTerminal ? nil : TerminalProgress()
    let format = options.output.logFormat
    let interruption = Interruption { signal in
      progress?.finish()
      tell("\(signal) has come, the run ends", by: command, format, base)
    }
    var lock: (any OutputLock)?
    do {
      let configuration = try ConfigurationFile.read(options.config)
      if stages.contains(.load) { try ParquetEngine.check(configuration) }
      let clock = try ConfigurationFile.clock()
      let dashboardExport = try csv.map { try readExport($0, options) }
      var scope = try options.scope(configuration, today: clock.today, of: stages)
      scope.acceptsShrink = acceptsShrink
      configuration.fileMode.apply()
      let session = try RunSession(
        configuration: configuration, clock: clock, command: command,
        sharing: stages.contains(.load) ? nil : scope.partitions, logger: base,
        progress: progress ?? SilentProgress())
      lock = try await session.lock()
      let catchesUp = options.window.isDefault && scope.partitions == nil && dashboardExport == nil
      let work = Task { [scope] in
        await session.run(stages, scope, from: dashboardExport, catchesUp: catchesUp)
      }
      interruption.watch(session.work(cancelling: work))
      let report = await work.value
      interruption.finish()
      progress?.finish()
      await lock?.release()
      for failure in report.failures { session.log(failure) }
      try print(report, options.output.summary, configuration)
      if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    } catch let error as any RecoverableError {
      progress?.finish()
      await lock?.release()
      tell("\(error)", by: command, format, base)
      if options.output.summary == .json {
        // If this cannot be written either, the exit code still tells.
        try? print(RunReport(command: command, clock: UTCClock(), refusedBy: error), .json, nil)
      }
      throw ExitCode(error.recovery.exitCode)
    }
  }

  /// One line on standard error that no level hides.
  private static func tell(_ message: String, by command: String, _ format: LogFormat, _ logger: Logger) {
    switch format {
    case .text: StandardStreams.writeError("\(command): \(message)\n")
    case .json: logger.error("\(message)")
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

  private static func print(_ report: RunReport, _ format: SummaryFormat, _ configuration: Configuration?)
    throws
  {
    switch format {
    case .none: return
    case .json:
      let line = try DeterministicJSON.encode(report, onOneLine: true)
      try StandardStreams.writeSummary(String(decoding: line, as: UTF8.self))
    case .table:
      try StandardStreams.writeSummary(
        SummaryTable(
          report: report, output: configuration?.output ?? "",
          focus: configuration?.stores.focus ?? configuration?.output ?? ""
        ).text)
    }
  }
}
