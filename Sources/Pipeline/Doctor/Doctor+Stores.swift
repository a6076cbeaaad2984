import ObjectStorage
import Staging

extension Doctor {
  /// Whether a root can be written to, and what is free there.
  func check(_ root: StoreRoot) async -> [Finding] {
    guard case .directory(let path) = root.address else {
      do {
        try await root.check()
        return [.works("output", "\(root.address) can be listed and written")]
      } catch {
        return [.fails("output", error)]
      }
    }
    var findings: [Finding] = []
    do {
      try LocalFile.checkWritable(folder: path)
      findings.append(.works("output", "\(path) can be written"))
    } catch {
      findings.append(
        .fails("output", error, mend: "create it for this user, or name another in \(configuration.path)"))
    }
    if let free = LocalFile.freeBytes(at: path) {
      let text = "\(free >> 30) GiB are free at \(path)"
      findings.append(
        free < 1 << 30
          ? .limited("space", text, mend: "a year of a large organization needs some GiB")
          : .works("space", text))
    }
    return findings
  }
}
