import Foundation
import TestSupport
import Testing

/// Everything that is written has the configured permission bits, whatever the process's mask.
@Suite(.serialized) struct FileModeTests {
  @Test(arguments: [("0640", "077"), ("0600", "000"), ("0664", "022")])
  func allFilesAndFoldersHaveTheConfiguredBits(mode: String, mask: String) throws {
    let simulate = try SimulateProcess()
    let workplace = try Workplace(simulate)
    let text = try String(contentsOfFile: workplace.configuration, encoding: .utf8)
    try (text + "file_mode: \"\(mode)\"\n").write(
      toFile: workplace.configuration, atomically: true, encoding: .utf8)
    let result = try Command.run(
      "/bin/sh",
      ["-c", "umask \(mask); exec \"$0\" run --quiet --summary none \"$@\"", Programs.folder + "/unblended"]
        + workplace.days,
      environment: Programs.environment(simulate.keys), folder: workplace.folder.path)
    #expect(result.status == 0, "\(result.errorText)")
    let file = try #require(Int(mode, radix: 8))
    let folder = file | (file & 0o444) >> 2 | 0o300
    var seen = 0
    for name in try FileManager.default.subpathsOfDirectory(atPath: workplace.output) {
      let path = workplace.output + "/" + name
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
      let bits = (attributes[.posixPermissions] as? NSNumber)?.intValue
      #expect(bits == (isFolder ? folder : file), "\(name)")
      seen += 1
    }
    #expect(seen > 100)
  }
}
