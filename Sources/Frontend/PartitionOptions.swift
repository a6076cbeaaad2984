import ArgumentParser
import Pipeline
import Staging

/// `--partition`: what a distributed run hands to one process.
public struct PartitionOptions: ParsableArguments {
  @Option(
    name: .customLong("partition"),
    help: ArgumentHelp(
      "Only this: org=NAME,date=YYYY-MM-DD, or org=NAME,dataset=names; may be repeated. @FILE reads one a line, @- "
        + "standard input. Excludes --from, --to and --org. extract and normalize may then run beside each other.",
      valueName: "partition"))
  var arguments: [PartitionArgument] = []

  public init() {}

  var isGiven: Bool { !arguments.isEmpty }

  /// - Throws: `ValidationError`.
  func scope(_ configuration: Configuration, from path: String, today: Day, of stages: [Stage]) throws
    -> RunScope
  {
    let partitions = try arguments.flatMap { try $0.partitions() }
    let names = configuration.organizations.map(\.name)
    for partition in partitions {
      if !names.contains(partition.organization) {
        throw ValidationError(
          "--partition \(partition): the organization is not in \(path); it names \(names.joined(separator: ", "))."
        )
      }
      if let day = partition.day, day > today {
        throw ValidationError("--partition \(partition): the day has not begun; today is \(today) in UTC.")
      }
      if partition.day == nil, stages == [.load] {
        throw ValidationError("--partition \(partition): names have no load; name the days to deliver.")
      }
    }
    return RunScope(PartitionScope(partitions), of: configuration.organizations, today: today)
  }
}

/// One `--partition`: a partition, or where to read them.
enum PartitionArgument: ExpressibleByArgument, Hashable {
  case one(RunPartition)
  /// A path; `-` for standard input.
  case list(String)

  init?(argument: String) {
    if argument.hasPrefix("@"), argument.count > 1 {
      self = .list(String(argument.dropFirst()))
    } else if let partition = RunPartition(argument) {
      self = .one(partition)
    } else {
      return nil
    }
  }

  /// - Throws: `ValidationError` for a file that is not there and for lines that are no partition.
  func partitions() throws -> [RunPartition] {
    let path: String
    switch self {
    case .one(let partition): return [partition]
    case .list(let list): path = list
    }
    return try Self.lines(of: path).enumerated().compactMap { number, line in
      let text = line.drop { $0 == " " }
      if text.isEmpty { return nil }
      guard let partition = RunPartition(text) else {
        throw ValidationError(
          "--partition @\(path), line \(number + 1): \"\(text.prefix(80))\" is neither org=NAME,date=YYYY-MM-DD nor "
            + "org=NAME,dataset=names.")
      }
      return partition
    }
  }

  private static func lines(of path: String) throws -> [Substring] {
    if path == "-" {
      var lines: [Substring] = []
      while let line = readLine() { lines.append(Substring(line)) }
      return lines
    }
    guard let text = try LocalFile.text(path) else {
      throw ValidationError("--partition @\(path): there is no such file.")
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
  }
}
