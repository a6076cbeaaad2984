import Diagnostics
import FOCUS
import Glibc
import JSONReader
import Staging

/// DuckDB's command line program, which writes Parquet.
///
/// It runs in a scratch folder with an empty home, sees nothing of the environment but `PATH`, and downloads nothing.
struct DuckDBProgram: Sendable {
  /// A path, or a name to look up in `PATH`.
  let name: String

  /// Where it is, or nil if it is nowhere or cannot be run.
  var path: String? {
    if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
    let folders = getenv("PATH").map { String(cString: $0) } ?? ""
    return folders.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// What came of one run.
  struct Outcome {
    let exitCode: Int32
    let output: [UInt8]
    /// The first line that says what is wrong.
    let complaint: String
  }

  /// Runs a script with a new database in memory.
  /// - Throws: ``DuckDBMissing``, ``StorageFailure``, `CancellationError`.
  func run(_ script: String, in scratch: ScratchFolder) async throws -> Outcome {
    guard let path else { throw DuckDBMissing(name: name) }
    try scratch.write("script.sql", Array(script.utf8))
    let process = try start(path, in: scratch)
    var status: Int32 = 0
    do {
      var pause = Duration.milliseconds(1)
      while waitpid(process, &status, WNOHANG) == 0 {
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(20))
      }
    } catch {
      kill(-process, SIGKILL)
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
      throw error
    }
    let errors = String(decoding: try scratch.read("errors") ?? [], as: UTF8.self)
    let line =
      errors.split(separator: "\n").first { $0.contains("Error") } ?? errors.split(separator: "\n").first
    return Outcome(
      exitCode: status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F,
      output: try scratch.read("output") ?? [], complaint: Excerpt.of(String(line ?? ""), limit: 400))
  }

  private func start(_ path: String, in scratch: ScratchFolder) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (descriptor, name) in [(STDOUT_FILENO, "output"), (STDERR_FILENO, "errors")] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, scratch.file(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
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

    let arguments = [path, "-batch", "-bail", "-csv", "-noheader", "-f", scratch.file("script.sql")]
    let environment = [
      "HOME=\(scratch.path)", "PATH=\(getenv("PATH").map { String(cString: $0) } ?? "")", "LC_ALL=C.UTF-8",
    ]
    var process: pid_t = 0
    let code = Self.withCStrings(arguments) { arguments in
      Self.withCStrings(environment) { environment in
        posix_spawn(&process, path, &actions, &attributes, arguments, environment)
      }
    }
    guard code == 0 else { throw StorageFailure(path: path, operation: "start", code: code) }
    return process
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

/// Parquet was asked for, and there is nothing to write it with.
public struct DuckDBMissing: RecoverableError, Equatable {
  public let name: String

  public var recovery: Recovery { .mendConfiguration }
  public var description: String {
    let place = name.contains("/") ? "there is no program \(name)" : "there is no program \(name) in PATH"
    return "Parquet is written by DuckDB's command line program, and \(place); "
      + "install it (pip install duckdb-cli, or from duckdb.org) or name it with load.duckdb"
  }
}
