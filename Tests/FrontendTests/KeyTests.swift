import Foundation
import Staging
import TestSupport
import Testing

/// Keys from files and programs, with the programs at work.
@Suite(.serialized) struct KeyTests {
  private let simulate: SimulateProcess
  private let workplace: Workplace

  init() throws {
    simulate = try SimulateProcess()
    let organization = simulate.organizations[0]
    workplace = try Workplace(
      "output: output\norganizations:\n  - name: \(organization.name)\n    id: org-x\n"
        + "    base_url: \"\(simulate.announcement.baseUrl)\"\n    admin_key: ADMIN_KEY\n"
        + "extract: { lookback_days: 3, retry_budget_seconds: 5 }\n")
  }

  private func configure(_ source: String) throws {
    let text = try String(contentsOfFile: workplace.configuration, encoding: .utf8)
    try workplace.folder.write(
      "pipeline.yaml",
      text.split(separator: "\n").map { $0.contains("admin_key:") ? "    admin_key: \(source)" : String($0) }
        .joined(separator: "\n"))
  }

  @Test func aKeyFileThatOthersCanReadEndsWith78() throws {
    let key = try workplace.folder.write("acme.key", simulate.organizations[0].key + "\n")
    try configure("{ file: acme.key }")
    for (mode, status) in [(0o644, 78), (0o640, 0), (0o600, 0)] as [(Int, Int32)] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key)
      let result = try workplace.run("extract", workplace.days)
      #expect(result.status == status, "\(result.errorText)")
      let doctor = try workplace.run("unblended", ["doctor"])
      #expect(doctor.status == status, "\(doctor.outputText)")
      let words = status == 0 ? "acme.key, mode 0\(String(mode, radix: 8))" : "chmod o-rwx "
      #expect(doctor.outputText.contains(words), "\(doctor.outputText)")
      #expect(status == 0 || result.errorText.contains("chmod o-rwx "))
    }
  }

  /// The program sees what everybody sees of its parent: no key among the arguments, and no core dump to come.
  @Test func aProgramGivesTheKeyAndTheRunKeepsIt() throws {
    let key = simulate.organizations[0].key
    try workplace.folder.write("store/key", key)
    try workplace.folder.write(
      "store/print-key",
      "#!/bin/sh\ncd \(workplace.folder.path)/store && cat /proc/$PPID/limits >limits && "
        + "tr '\\0' ' ' </proc/$PPID/cmdline >cmdline; stat -c %U /proc/$PPID/environ >owner; cat key; echo said >&2\n"
    )
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: workplace.folder.path + "/store/print-key")
    try configure("{ command: [./store/print-key] }")
    for (program, arguments) in [
      ("extract", workplace.days), ("unblended", ["run"] + workplace.days), ("unblended", ["doctor"]),
    ] as [(String, [String])] {
      let result = try workplace.run(
        program, arguments + (arguments == ["doctor"] ? [] : ["--summary", "json"]))
      #expect(result.status == 0, "\(result.errorText)")
      #expect(!result.outputText.contains(key) && !result.errorText.contains(key))
      let files = try workplace.folder.files()
      func text(_ name: String) -> String { String(decoding: files["store/\(name)"] ?? [], as: UTF8.self) }
      let limit = text("limits").split(separator: "\n").first { $0.hasPrefix("Max core file size") } ?? ""
      #expect(
        limit.split(separator: " ").contains("0") && !limit.contains("unlimited"), "\(program): \(limit)")
      // What cannot be dumped belongs to root, so that no other process of the user reads it.
      #expect(text("owner") == "root\n", "\(program)")
      #expect(text("cmdline").contains(program) && !text("cmdline").contains(key))
      for (name, bytes) in files where name.hasPrefix("output/") {
        let content = name.hasSuffix(".gz") ? try GzipDecoder.decompress(bytes) : bytes
        #expect(!String(decoding: content, as: UTF8.self).contains(key), "\(name)")
      }
    }
  }

  @Test func aProgramThatFailsEndsWith78AndIsNamed() throws {
    try configure("{ command: [sh, -c, \"echo sk-admin-hidden; echo the vault is sealed >&2; exit 2\"] }")
    for (program, arguments) in [("extract", workplace.days), ("unblended", ["doctor"])] {
      let result = try workplace.run(program, arguments)
      #expect(result.status == 78)
      let said = result.outputText + result.errorText
      #expect(said.contains("the program sh ended with 2: the vault is sealed"), "\(said)")
      #expect(!said.contains("hidden"))
    }
  }
}
