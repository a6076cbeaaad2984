import Staging

/// One delivery of one billing month as it lies in a store: its manifest, and where its files are.
public struct DeliverySnapshot: Sendable {
  public let manifest: Manifest
  let store: any Store
  /// The folder of a delivery that lies aside, a superseded one; nil for the current one below `focus/data/`.
  let folder: String?

  /// The key of one of its files in the store.
  func key(_ file: DeliveredFile) -> String {
    guard let folder else { return "focus/" + file.path }
    // data/BILLING_PERIOD=2026-11/org=acme/part-….csv.gz lies aside as org=acme/part-….csv.gz
    let name = file.path.split(separator: "/").dropFirst(2).joined(separator: "/")
    return folder.isEmpty ? name : folder + "/" + name
  }

  /// One of its files, checked against the manifest.
  /// - Throws: ``CorruptFile`` if it is missing or is not what the manifest says.
  func content(_ file: DeliveredFile) async throws -> [UInt8] {
    let key = key(file)
    let bytes = try await store.readExisting(key)
    try file.record.verify(bytes, key: "\(store.name)/\(key)")
    return bytes
  }

  /// Reads the manifest at a key; nil where there is none.
  /// - Throws: ``CorruptFile`` if it cannot be read.
  static func read(_ key: String, from store: any Store, folder: String?) async throws -> DeliverySnapshot? {
    guard let bytes = try await store.read(key) else { return nil }
    let manifest = try Manifest(sealed: bytes, path: "\(store.name)/\(key)")
    return DeliverySnapshot(manifest: manifest, store: store, folder: folder)
  }
}

/// The deliveries that one store holds.
public struct DeliveryCatalogue: Sendable {
  private let store: any Store
  private static let manifestName = "manifest.json"

  public init(_ store: any Store) { self.store = store }

  /// The delivery whose folder the store is: a superseded one, on its own.
  public func standalone() async throws -> DeliverySnapshot? {
    try await DeliverySnapshot.read(Self.manifestName, from: store, folder: "")
  }

  /// The current delivery of every month, earliest first.
  public func current() async throws -> [DeliverySnapshot] {
    var found: [DeliverySnapshot] = []
    for key in try await manifests(below: "focus/metadata") {
      if let snapshot = try await DeliverySnapshot.read(key, from: store, folder: nil) {
        found.append(snapshot)
      }
    }
    return found.sorted { $0.manifest.billingPeriod < $1.manifest.billingPeriod }
  }

  /// Every earlier delivery that was kept.
  public func superseded() async throws -> [DeliverySnapshot] {
    var found: [DeliverySnapshot] = []
    for key in try await manifests(below: "focus/superseded") {
      let folder = String(key.dropLast(Self.manifestName.count + 1))
      if let snapshot = try await DeliverySnapshot.read(key, from: store, folder: folder) {
        found.append(snapshot)
      }
    }
    return found
  }

  /// The ids of the deliveries that a run published or found current; nil where there is no such run.
  public func deliveries(ofRun identifier: String) async throws -> [String]? {
    struct Record: Decodable {
      struct Delivery: Decodable { var delivery: String }
      var deliveries: [Delivery]
    }
    let key = Layout.run(identifier)
    guard let bytes = try await store.read(key) else { return nil }
    let record = try DeterministicJSON.decode(Record.self, from: bytes, path: "\(store.name)/\(key)")
    return record.deliveries.map(\.delivery)
  }

  private func manifests(below folder: String) async throws -> [String] {
    try await store.list(folder).map(\.key).filter { $0.hasSuffix("/" + Self.manifestName) }
  }
}
