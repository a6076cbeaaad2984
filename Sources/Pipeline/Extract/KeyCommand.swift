import Diagnostics
import Glibc
import JSONReader
import OpenAIAdmin

/// A program that prints an admin key, e.g. a password manager's: `admin_key: { command: [vault, read, …] }`.
///
/// It is started without a shell, gets the environment and no standard input, and must end within the time limit.
/// The first line that is not empty of its standard output is the key; what it prints is shown nowhere, what it
/// says on standard error in part and without the key.
struct KeyCommand {
  /// The program, looked up in `PATH`, and its arguments.
  let arguments: [String]
  let environment: [String: String]
  var timeLimit = Duration.seconds(30)

  /// Of standard output, in bytes.
  static let outputLimit = 64 << 10
  /// Of standard error, in bytes; the rest is dropped.
  private static let errorLimit = 4096

  private var program: String { arguments.first ?? "" }

  /// - Throws: ``KeyProblem``, `CancellationError`.
  func run() async throws -> String {
    var child = try start()
    defer { child.close() }
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: timeLimit)
    do {
      while !child.hasEnded {
        child.read()
        if child.output.count > Self.outputLimit {
          throw KeyProblem("the program \(program) printed more than \(Self.outputLimit) bytes")
        }
        if clock.now >= deadline {
          throw KeyProblem(
            "the program \(program) has not ended after \(timeLimit.components.seconds) seconds"
              + said(child), recovery: .serviceDown)
        }
        try await Task.sleep(for: .milliseconds(5))
      }
    } catch {
      child.kill()
      throw error
    }
    child.read()
    guard child.output.count <= Self.outputLimit else {
      throw KeyProblem("the program \(program) printed more than \(Self.outputLimit) bytes")
    }
    guard child.exitCode == 0 else {
      throw KeyProblem(
        "the program \(program) " + child.ending + said(child), recovery: Self.recovery(child.exitCode))
    }
    guard let text = String(validating: child.output, as: UTF8.self), let line = KeyReader.firstLine(text)
    else { throw KeyProblem("the program \(program) ended well and printed no key" + said(child)) }
    return line
  }

  /// What sysexits say about later: a vault that is down is no wrong configuration.
  private static func recovery(_ code: Int32?) -> Recovery {
    switch code {
    case 69: .serviceDown
    case 75: .retryLater
    default: .mendConfiguration
    }
  }

  /// The beginning of what it said on standard error, in one line, without what it printed.
  private func said(_ child: Child) -> String {
    var text = String(decoding: child.errors.prefix(Self.errorLimit), as: UTF8.self)
    for word in String(decoding: child.output, as: UTF8.self).split(whereSeparator: \.isWhitespace).prefix(50)
    {
      text = Secret(String(word)).masked(in: text)
    }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text.isEmpty ? "" : ": \(Excerpt.of(text, limit: 300))"
  }

  // MARK: The process

  private struct Child {
    let process: pid_t
    let outputEnd: Int32
    let errorEnd: Int32
    var output: [UInt8] = []
    var errors: [UInt8] = []
    private var status: Int32?

    init(process: pid_t, outputEnd: Int32, errorEnd: Int32) {
      (self.process, self.outputEnd, self.errorEnd) = (process, outputEnd, errorEnd)
    }

    /// Whether it has ended; asked for until it has.
    var hasEnded: Bool {
      mutating get {
        if status != nil { return true }
        var status: Int32 = 0
        let found = waitpid(process, &status, WNOHANG)
        if found == process { self.status = status }
        // Somebody else has waited for it: how it ended is not known.
        if found < 0, errno == ECHILD { self.status = 0x7F00 }
        return self.status != nil
      }
    }

    /// Nil where a signal has ended it.
    var exitCode: Int32? {
      guard let status, status & 0x7F == 0 else { return nil }
      return status >> 8 & 0xFF
    }

    var ending: String {
      exitCode.map { "ended with \($0)" } ?? "was ended by signal \((status ?? 0) & 0x7F)"
    }

    mutating func read() {
      Self.drain(outputEnd, into: &output, limit: KeyCommand.outputLimit + 1)
      Self.drain(errorEnd, into: &errors, limit: KeyCommand.errorLimit)
    }

    /// Takes what is there; beyond the limit it is dropped, so that a full pipe does not stop the program.
    private static func drain(_ descriptor: Int32, into bytes: inout [UInt8], limit: Int) {
      var buffer = [UInt8](repeating: 0, count: 16 << 10)
      // Bounded, so that a program that never stops printing meets its time limit.
      for _ in 0..<64 {
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return }
        bytes += buffer[..<min(count, max(0, limit - bytes.count))]
      }
    }

    /// Ends it with all that it has started.
    mutating func kill() {
      if status != nil { return }
      _ = Glibc.kill(-process, SIGKILL)
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
      self.status = status
    }

    func close() {
      _ = Glibc.close(outputEnd)
      _ = Glibc.close(errorEnd)
    }
  }

  private func start() throws(KeyProblem) -> Child {
    func failed(_ code: Int32) -> KeyProblem {
      KeyProblem("the program \(program) cannot be started: \(String(cString: strerror(code)))")
    }
    var (output, errors): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
    guard Self.openPipe(&output) == 0 else { throw failed(errno) }
    guard Self.openPipe(&errors) == 0 else {
      let code = errno
      for end in output { close(end) }
      throw failed(code)
    }
    defer { for end in [output[1], errors[1]] { close(end) } }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own, so that all of it can be ended; signals as a fresh process has them.
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)

    var process: pid_t = 0
    let code: Int32 = Self.withCStrings(arguments) { arguments in
      Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
        guard let program = arguments[0] else { return ENOENT }
        return posix_spawnp(&process, program, &actions, &attributes, arguments, environment)
      }
    }
    guard code == 0 else {
      for end in [output[0], errors[0]] { close(end) }
      throw failed(code)
    }
    for end in [output[0], errors[0]] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    return Child(process: process, outputEnd: output[0], errorEnd: errors[0])
  }

  /// A pipe whose ends no other program inherits. One that is started at the same moment may: the end of the
  /// program counts, not that of its output.
  private static func openPipe(_ ends: inout [Int32]) -> Int32 {
    guard pipe(&ends) == 0 else { return -1 }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return 0
  }

  /// A null-terminated list of C strings, as long as `body` runs.
  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}
