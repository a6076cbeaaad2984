#if REPLAY
  import Foundation

  /// The short form, without libFuzzer and its build: all of a corpus, and what a fixed seed makes of it for a while.
  ///
  ///     fuzz --target=NAME [--seconds=N] CORPUS
  ///
  /// Its debug build checks what the release build trusts. An input that ends the process is left in
  /// `fuzz-NAME.input` in the working directory.
  @main
  struct Replay {
    static func main() {
      var seconds = 1.0
      var corpus: [[UInt8]] = []
      for argument in CommandLine.arguments.dropFirst() {
        if argument.hasPrefix("--seconds=") {
          seconds = Double(argument.dropFirst(10)) ?? seconds
        } else if !argument.hasPrefix("--") {
          corpus += inputs(in: argument)
        }
      }
      guard !corpus.isEmpty else {
        say("fuzz: there is no corpus")
        exit(66)
      }
      let target = FuzzTarget.selected
      LastInput.keep(as: "fuzz-\(target.rawValue).input")
      let started = ContinuousClock.now
      var runs = 0
      for input in corpus { run(target, input, &runs) }
      var mutator = Mutator(corpus)
      while ContinuousClock.now - started < .milliseconds(Int(seconds * 1000)) {
        for _ in 0..<20 { run(target, mutator.next(), &runs) }
      }
      let spent = Double((ContinuousClock.now - started) / .milliseconds(1)) / 1000
      print("\(runs) \(corpus.count) \(String(format: "%.1f", spent))")
    }

    private static func run(_ target: FuzzTarget, _ input: [UInt8], _ runs: inout Int) {
      input.withUnsafeBufferPointer { bytes in
        LastInput.bytes = bytes
        target.read(bytes)
      }
      runs += 1
    }

    /// The files of a folder in the order of their names, or one file.
    private static func inputs(in path: String) -> [[UInt8]] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted()
      let paths = names.map { $0.map { path + "/" + $0 } } ?? [path]
      return paths.compactMap { FileManager.default.contents(atPath: $0).map(Array.init) }
    }
  }

  /// Keeps the input that the process ended with, whatever ended it.
  private enum LastInput {
    nonisolated(unsafe) static var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    nonisolated(unsafe) private static var file: Int32 = -1

    static func keep(as name: String) {
      file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
      unlinkAtExit(name)
      for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE] {
        signal(number) { number in
          _ = write(LastInput.file, LastInput.bytes.baseAddress, LastInput.bytes.count)
          signal(number, SIG_DFL)
          raise(number)
        }
      }
    }

    /// Nothing is left behind where all went well.
    private static func unlinkAtExit(_ name: String) {
      nameKept = name
      atexit { unlink(LastInput.nameKept) }
    }
    nonisolated(unsafe) private static var nameKept = ""
  }

  /// Makes inputs out of inputs, the same ones each time.
  private struct Mutator {
    private let corpus: [[UInt8]]
    private var state: UInt64 = 20_261_123

    init(_ corpus: [[UInt8]]) { self.corpus = corpus }

    mutating func next() -> [UInt8] {
      var input = pick(corpus)
      for _ in 0...below(4) { change(&input) }
      return input.count > 4096 ? Array(input[..<4096]) : input
    }

    private mutating func change(_ input: inout [UInt8]) {
      let at = below(input.count + 1)
      let length = min(below(12) + 1, input.count - at)
      switch below(8) {
      case 0 where at < input.count: input[at] ^= 1 << UInt8(below(8))
      case 1 where at < input.count: input[at] = UInt8(below(256))
      case 2: input.removeSubrange(at..<(at + length))
      case 3: input.insert(contentsOf: input[at..<(at + length)], at: at)
      case 4: input.insert(contentsOf: Self.words[below(Self.words.count)].utf8, at: at)
      case 5:
        // The beginning of one, the end of another.
        let other = pick(corpus)
        input = Array(input[..<at]) + other[below(other.count + 1)...]
      case 6:
        let other = pick(corpus)
        let start = below(other.count + 1)
        input.insert(contentsOf: other[start..<min(other.count, start + 40)], at: at)
      default: input.insert(UInt8(below(256)), at: at)
      }
    }

    private static let words = [
      "0", "-", ".", "e", "9223372036854775807", "-9223372036854775808", "0E-6176", "00", "\"", "\"\"", ",",
      "\n",
      "\r\n", "{", "}", "[", "]", ":", "null", "true", "\\u0000", "\\ud83d", "\u{FEFF}", "\0", " | ",
      ", input",
      "&a ", "*a", "- ", "  ", "#", "sk-admin-", "\u{1E}", "\u{1F}", "1795132800",
    ]

    private mutating func pick(_ inputs: [[UInt8]]) -> [UInt8] { inputs[below(inputs.count)] }

    /// A number from 0 up to and without `bound`.
    private mutating func below(_ bound: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return bound < 2 ? 0 : Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
  }
#endif
