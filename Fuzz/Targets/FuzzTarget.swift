import Glibc

/// A reader under test, as `fuzz --target=NAME` names it.
///
/// Each takes one input of any bytes and checks what the reader promises: not only that it survives. What is
/// refused must be refused with an error that says what to do. `scripts/fuzz` runs them all.
enum FuzzTarget: String, CaseIterable {
  /// One decimal: the grammar, the range and the text that comes back.
  case decimal
  /// Sums, differences, products, quotients and shares of decimals.
  case arithmetic
  case lineItem = "line-item"
  /// JSON documents against a second reader of the same grammar.
  case json
  /// One page of buckets, and one of a list.
  case page
  /// Whole conversations: pages, errors and cursors in a row.
  case pager
  /// Headers that say how long to wait.
  case headers
  /// Lines of raw partitions: costs, usage, names.
  case rawLine = "raw-line"
  case csv
  case gzip
  /// Rows of `charges.csv.gz`, by both of their readers.
  case charge
  /// `_partition.json`, `manifest.json`, `_capabilities.json`.
  case record
  /// `names/…/history.csv.gz`.
  case nameHistory = "name-history"
  /// `pipeline.yaml`.
  case configuration
  /// Price lists as CSV and YAML.
  case priceList = "price-list"
  /// CSV exports of the dashboard.
  case export

  /// Reads one input. A broken promise ends the process.
  func read(_ input: UnsafeBufferPointer<UInt8>) {
    switch self {
    case .decimal: readDecimal(input)
    case .arithmetic: readArithmetic(input)
    case .lineItem: readLineItem(input)
    case .json: readJSON(input)
    case .page: readPage(input)
    case .pager: readConversation(input)
    case .headers: readHeaders(input)
    case .rawLine: readRawLines(input)
    case .csv: readCSV(input)
    case .gzip: readGzip(input)
    case .charge: readCharges(input)
    case .record: readRecords(input)
    case .nameHistory: readNameHistory(input)
    case .configuration: readConfiguration(input)
    case .priceList: readPriceList(input)
    case .export: readExport(input)
    }
  }

  /// The one named on the command line. libFuzzer leaves arguments with two dashes alone.
  static let selected: FuzzTarget = {
    for argument in CommandLine.arguments where argument.hasPrefix("--target=") {
      if let target = FuzzTarget(rawValue: String(argument.dropFirst(9))) { return target }
    }
    say("fuzz: name a reader with --target=NAME, one of \(allCases.map(\.rawValue).joined(separator: ", "))")
    exit(64)
  }()
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  FuzzTarget.selected.read(UnsafeBufferPointer(start: bytes, count: count))
  return 0
}
