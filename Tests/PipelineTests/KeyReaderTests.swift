import Foundation
import TestSupport
import Testing

@testable import OpenAIAdmin
@testable import Pipeline

/// Where keys come from, and what is told where they do not.
@Suite struct KeyReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func key(
    _ source: KeySource, _ environment: [String: String] = [:], limit: Duration = .seconds(20)
  ) async throws -> String {
    let reader = KeyReader(
      environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }, commandTimeLimit: limit)
    let organization = OrganizationConfiguration(
      name: "acme", id: "org-acme", displayName: "Acme", baseURL: "https://x", adminKey: source)
    return try await reader.key(of: organization).withBytes { String(decoding: $0, as: UTF8.self) }
  }

  private func refusal(
    _ source: KeySource, limit: Duration = .seconds(20), exitCode: Int32 = 78
  ) async throws -> String {
    let error = await #expect(throws: KeyNotFound.self) { try await key(source, limit: limit) }
    #expect(error?.recovery.exitCode == exitCode)
    #expect(error?.description.hasPrefix("organization acme: no admin key: ") == true)
    return error?.description ?? ""
  }

  private func file(_ text: String, mode: Int) throws -> String {
    let path = try folder.write("acme.key", text)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  @Test(arguments: ["sk-admin-1", "\n\n  sk-admin-1 \t\nsecond\n", "sk-admin-1\r\n"])
  func theFirstLineThatIsNotEmptyIsTheKey(text: String) async throws {
    #expect(try await key(.file(file(text, mode: 0o600))) == "sk-admin-1")
    #expect(try await key(.environment("KEY"), ["KEY": text]) == "sk-admin-1")
    #expect(try await key(.command(["printf", "%s", text])) == "sk-admin-1")
  }

  /// The owner and the group may read; a key that everybody can read or replace is nobody's secret.
  @Test(arguments: 0...0o777) func aFileThatOthersCanReadIsRefused(mode: Int) async throws {
    let path = try file("sk-admin-1", mode: mode)
    if mode & 0o006 != 0 {
      guard mode & 0o400 != 0 || getuid() == 0 else { return }
      let message = try await refusal(.file(path))
      #expect(
        message.hasSuffix("run: chmod o-rwx \(path)")
          && message.contains(mode & 4 != 0 ? "read it" : "write it"))
      #expect(!message.contains("sk-admin"))
    } else if mode & 0o400 != 0 || getuid() == 0 {
      #expect(try await key(.file(path)) == "sk-admin-1")
    } else {
      #expect(try await refusal(.file(path)).contains("cannot be read"))
    }
  }

  /// The command that is told mends it, whatever the path.
  @Test func theMendMends() async throws {
    let path = try folder.write("it's a $HOME key", "sk-admin-1")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    let message = try await refusal(.file(path))
    let command = try #require(message.components(separatedBy: "run: ").last)
    #expect(try Command.run("/bin/sh", ["-c", command]).status == 0)
    #expect(try await key(.file(path)) == "sk-admin-1")
  }

  @Test func whatIsNoKeyFileIsRefused() async throws {
    #expect(try await refusal(.file(folder.path + "/none")).contains("there is no file"))
    #expect(try await refusal(.file(file(" \n\n", mode: 0o600))).contains("is empty"))
    #expect(try await refusal(.file(folder.path)).contains("no regular file"))
    let large = try file(String(repeating: "x", count: KeyFile.limit + 1), mode: 0o600)
    #expect(try await refusal(.file(large)).contains("larger than 65536 bytes"))
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(try await refusal(.file(pipe)).contains("no regular file"))
    try Data([0x73, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: large))
    #expect(try await refusal(.file(large)).contains("not UTF-8"))
    #expect(try await refusal(.environment("UNSET")).contains("the environment variable UNSET is not set"))
  }

  // MARK: Programs

  private func shell(_ script: String) -> KeySource { .command(["sh", "-c", script]) }

  /// Arguments reach the program as they are written: there is no shell.
  @Test func aProgramIsStartedWithoutAShell() async throws {
    #expect(try await key(.command(["echo", "$HOME;", "`id`", "*"])) == "$HOME; `id` *")
    #expect(try await key(shell("echo $FROM"), ["FROM": "sk-admin-2"]) == "sk-admin-2")
    #expect(try await key(shell("cat; echo sk-admin-3")) == "sk-admin-3", "standard input is empty")
  }

  @Test func aProgramThatFailsIsNamedWithWhatItSaid() async throws {
    let message = try await refusal(shell("echo sk-admin-1; echo 'no route to vault' >&2; exit 3"))
    #expect(message.hasSuffix("the program sh ended with 3: no route to vault"))
    #expect(try await refusal(shell("exit 69"), exitCode: 69).contains("ended with 69"))
    #expect(try await refusal(shell("exit 75"), exitCode: 75).contains("ended with 75"))
    #expect(try await refusal(shell("kill -9 $$")).contains("was ended by signal 9"))
    #expect(try await refusal(.command(["no-such-program-here"])).contains("No such file or directory"))
    #expect(try await refusal(.command([folder.path])).contains("cannot be started"))
    #expect(try await refusal(shell("true")).contains("ended well and printed no key"))
  }

  /// What it printed is nowhere, even where it repeats it on standard error.
  @Test func aKeyIsNotToldByAProgramThatFails() async throws {
    for secret in ["wk-Zx9.0123456789abcdef", "sk-admin-0123456789abcdef"] {
      let message = try await refusal(
        shell("echo \(secret); echo 'tried \(secret) and failed' >&2; yes x | head -c 100000 >&2; exit 1"))
      #expect(!message.contains("0123456789") && message.contains("tried "), "\(message)")
      #expect(message.utf8.count < 500)
    }
  }

  @Test func aProgramThatDoesNotEndIsEndedWithAllItStarted() async throws {
    let marker = folder.path + "/alive"
    let began = ContinuousClock.now
    let message = try await refusal(
      shell("(sleep 2; touch \(marker)) & sleep 100"), limit: .milliseconds(300), exitCode: 69)
    #expect(message.contains("has not ended after"))
    #expect(ContinuousClock.now - began < .seconds(2))
    try await Task.sleep(for: .milliseconds(2200))
    #expect(!FileManager.default.fileExists(atPath: marker))
  }

  @Test func aProgramThatPrintsWithoutEndIsEnded() async throws {
    #expect(try await refusal(.command(["yes", "sk-admin"])).contains("printed more than 65536 bytes"))
    #expect(try await key(shell("echo sk-admin-1; head -c 1000000 /dev/zero >&2; echo x")) == "sk-admin-1")
  }

  /// A program that leaves something running has ended all the same.
  @Test func whatAProgramLeavesBehindIsNotWaitedFor() async throws {
    let began = ContinuousClock.now
    #expect(try await key(shell("sleep 5 & echo sk-admin-1")) == "sk-admin-1")
    #expect(ContinuousClock.now - began < .seconds(4))
  }

  @Test func cancellingEndsTheProgram() async throws {
    let source = shell("sleep 100")
    let task = Task { try await key(source) }
    try await Task.sleep(for: .milliseconds(100))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
