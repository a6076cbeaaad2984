import Staging

/// Publishes a month: the earlier delivery steps aside, the data tree is replaced, the manifest comes last.
///
/// Killed at any instant and run again, it ends as if it had never been killed: each step finds what the one
/// before left, and no step counts a charge twice under `focus/data/`. Where the store cannot exchange a tree at
/// once, the manifest is written when the new parts are there and before the old ones go: who follows it finds
/// whole deliveries at every instant.
struct DeliveryPublisher {
  let store: any Store
  let month: Month

  /// - Parameters:
  ///   - text: the manifest, sealed.
  ///   - entries: the month's data files, by path below ``Layout/data(_:)``.
  ///   - earlier: the manifest that is replaced.
  func publish(_ manifest: Manifest, as text: [UInt8], entries: [TreeEntry], earlier: Manifest?) async throws
  {
    if let earlier, earlier.delivery != manifest.delivery { try await supersede(earlier) }
    if try await isPublished(entries) {
      try await store.writeIfChanged(Layout.manifest(month), text)
    } else {
      try await store.replace(Layout.data(month), with: entries) {
        try await store.writeIfChanged(Layout.manifest(month), text)
      }
    }
    try await store.replace(Layout.building(month), with: [])
  }

  /// Keeps an earlier delivery for diff. Data that is no longer what its manifest says was set aside by the
  /// run that replaced it.
  private func supersede(_ earlier: Manifest) async throws {
    let folder = Layout.superseded(month) + "/delivery=\(earlier.delivery)"
    var entries: [TreeEntry] = []
    for file in earlier.files {
      let key = "focus/" + file.path
      guard try await store.holds(file.record, at: key) else { return }
      entries.append(TreeEntry(name: String(key.dropFirst(Layout.data(month).count + 1)), source: key))
    }
    entries.append(TreeEntry(name: "manifest.json", source: Layout.manifest(month)))
    try await store.replace(folder, with: entries)
  }

  private func isPublished(_ entries: [TreeEntry]) async throws -> Bool {
    let folder = Layout.data(month)
    let present = try await store.list(folder).map { String($0.key.dropFirst(folder.count + 1)) }
    guard present == entries.map(\.name).sorted() else { return false }
    return entries.allSatisfy { $0.source == folder + "/" + $0.name }
  }
}
