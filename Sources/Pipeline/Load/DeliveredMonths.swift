import Staging

/// Which months have been delivered.
enum DeliveredMonths {
  /// Where the manifests of all months are, earliest first. A run that was killed may have left a month without one.
  static func manifests(_ store: any Store) async throws -> [String] {
    // Every run asks: in a directory this is one look at a folder, and none at what lies in the months' own.
    try await store.folders(in: Layout.metadata).compactMap { name in
      Layout.value(of: "BILLING_PERIOD", in: name).flatMap { Month($0) }.map { Layout.manifest($0) }
    }
  }
}
