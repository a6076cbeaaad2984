import Diagnostics
import ObjectStorage
import Staging

/// The roots that a configuration names, as one store.
public struct OutputStores: Sendable {
  public let store: any Store
  /// Each root once, in the order in which they are locked.
  let roots: [StoreRoot]

  /// - Parameters:
  ///   - environment: where credentials of buckets are looked for.
  ///   - diagnostics: told of requests to buckets that were made again.
  /// - Throws: ``StoreAddressError``, ``CredentialError`` for roots that cannot be opened as configured.
  public init(
    _ configuration: Configuration, environment: [String: String], diagnostics: DiagnosticsCollector
  ) throws {
    var opened: [StoreAddress: StoreRoot] = [:]
    func open(_ text: String) throws -> any Store {
      let root = try Self.open(
        text, settings: configuration.objectStorage, fileMode: configuration.fileMode,
        environment: environment, diagnostics: diagnostics)
      if let known = opened[root.address] { return known.store }
      opened[root.address] = root
      return root.store
    }
    let main = try open(configuration.output)
    var folders: [String: any Store] = [:]
    let stores = configuration.stores
    for (text, names) in [
      (stores.raw, ["raw"]), (stores.normalized, ["normalized", "names"]),
      (stores.focus, ["focus", "spreadsheet", "export"]),
    ] {
      guard let text, text != configuration.output else { continue }
      let store = try open(text)
      for name in names { folders[name] = store }
    }
    store = folders.isEmpty ? main : RoutedStore(main, roots: folders)
    // Always in the same order, so that two runs cannot each hold what the other waits for.
    roots = opened.values.sorted { $0.address.description < $1.address.description }
  }

  /// A root outside of any configuration, e.g. one side of a comparison.
  public static func open(
    _ text: String, settings: ObjectStorageSettings = ObjectStorageSettings(), fileMode: FileMode = .standard,
    environment: [String: String], diagnostics: DiagnosticsCollector
  ) throws -> StoreRoot {
    guard let address = StoreAddress(text) else {
      throw ConfigurationError(
        path: text, "must be a directory, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX")
    }
    return try StoreRoot(
      address, settings, fileMode: fileMode, environment: environment, version: Version.current,
      report: { diagnostics.report($0) })
  }

  /// Locks every root for this run.
  /// - Throws: ``OutputLocked``, ``OutputLeased`` at once if another run holds one of them.
  public func lock() async throws -> any OutputLock {
    var locks: [any OutputLock] = []
    do {
      for root in roots { locks.append(try await root.lock()) }
    } catch {
      await OutputLocks(locks).release()
      throw error
    }
    return OutputLocks(locks)
  }

  /// Locks partitions in every root, for a run that shares the output with runs over others.
  /// - Throws: ``OutputLocked``, ``OutputLeased`` at once if another run holds one of them, or an output as a whole.
  public func lock(_ partitions: PartitionScope) async throws -> any OutputLock {
    let names = partitions.partitions.map(\.description)
    var locks: [any OutputLock] = []
    do {
      for root in roots { locks.append(try await root.lock(partitions: names)) }
    } catch {
      await OutputLocks(locks).release()
      throw error
    }
    return OutputLocks(locks)
  }

  /// Waits for the turn to write what runs over different partitions share.
  /// - Returns: nil where it takes too long: what is shared is a memory, and worth no more waiting.
  public func turn(_ name: String) async throws -> (any OutputLock)? {
    for _ in 0..<100 {
      do { return try await roots.first?.turn(name) } catch {
        guard let error = error as? any RecoverableError, error.recovery == .retryLater else { throw error }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    return nil
  }
}
