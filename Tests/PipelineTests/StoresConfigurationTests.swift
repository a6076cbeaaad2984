import Diagnostics
import ObjectStorage
import Staging
import TestSupport
import Testing

@testable import Pipeline

@Suite struct StoresConfigurationTests {
  private func read(_ text: String) throws -> Configuration {
    try ConfigurationReader(environment: [:]).read(
      text + "\norganizations: [{ name: a, id: org-a, admin_key: { env: K } }]\n",
      path: "/etc/unblended/pipeline.yaml")
  }

  @Test func readsRootsAndSettings() throws {
    let configuration = try read(
      """
      output: s3://finops/openai/
      stores: { raw: raw-files, focus: gs://delivery }
      object_storage: { requests_in_flight: 4, retry_budget_seconds: 60, lock_seconds: 30, part_mebibytes: 8 }
      s3:
        endpoint_url: http://minio:9000
        region: eu-central-1
        path_style: false
        server_side_encryption: aws:kms
        kms_key_id: alias/finops
        storage_class: STANDARD_IA
      gcs: { endpoint_url: https://storage.example.com }
      """)
    #expect(configuration.output == "s3://finops/openai/")
    #expect(configuration.stores.raw == "/etc/unblended/raw-files")
    #expect(configuration.stores.normalized == nil && configuration.stores.focus == "gs://delivery")
    let settings = configuration.objectStorage
    #expect(settings.requestsInFlight == 4 && settings.retryBudgetSeconds == 60)
    #expect(settings.lockSeconds == 30 && settings.partBytes == 8 << 20)
    #expect(settings.s3.endpointURL == "http://minio:9000" && settings.s3.region == "eu-central-1")
    #expect(settings.s3.pathStyle == false && settings.s3.encryption == .kms)
    #expect(settings.s3.kmsKeyID == "alias/finops" && settings.s3.storageClass == "STANDARD_IA")
    #expect(settings.gcs.endpointURL == "https://storage.example.com")
  }

  @Test func whatIsLeftOutHasItsDefault() throws {
    let configuration = try read("output: output")
    #expect(configuration.stores == StoresConfiguration())
    #expect(configuration.objectStorage == ObjectStorageSettings())
  }

  @Test(arguments: [
    ("output: s3://", "output must be a directory"),
    ("output: az://container/x", "output must be a directory"),
    ("output: s3://finops/../x", "without empty or dotted parts"),
    ("output: o\nstores: { raw: s3://UPPER }", "stores.raw must be a directory"),
    ("output: o\nstores: { runs: x }", "unknown key \"runs\" in stores"),
    ("output: o\ns3: { endpoint_url: minio }", "s3.endpoint_url must be an http:// or https:// address"),
    ("output: o\ns3: { endpoint_url: 'https://key:secret@host' }", "s3.endpoint_url must be"),
    ("output: o\ns3: { kms_key_id: x }", "s3.kms_key_id needs server_side_encryption: aws:kms"),
    ("output: o\ns3: { server_side_encryption: yes }", "must be one of AES256, aws:kms"),
    ("output: o\ns3: { region: 'a b' }", "s3.region must be a word"),
    ("output: o\nobject_storage: { lock_seconds: 1 }", "must be a whole number from 2 to 3600"),
  ])
  func saysWhatIsWrong(text: String, message: String) {
    let error = #expect(throws: ConfigurationError.self) { try read(text) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("key:secret") == false)
  }

  @Test func opensEachRootOnceAndLocksThemAll() async throws {
    let folder = try TemporaryFolder()
    var configuration = try read("output: \(folder.path)/main")
    configuration.stores = StoresConfiguration(
      raw: folder.path + "/side", normalized: folder.path + "/main", focus: folder.path + "/side")
    func open() throws -> OutputStores {
      try OutputStores(configuration, environment: [:], diagnostics: DiagnosticsCollector())
    }
    let stores = try open()
    for key in ["raw/a", "normalized/b", "names/c", "focus/d", "spreadsheet/e", "runs/f"] {
      try await stores.store.write(key, [1])
    }
    #expect(
      try folder.files().keys.sorted() == [
        "main/names/c", "main/normalized/b", "main/runs/f", "side/focus/d", "side/raw/a",
        "side/spreadsheet/e",
      ])
    let lock = try await stores.lock()
    await #expect(throws: OutputLocked.self) { try await open().lock() }
    // Another output with one root in common.
    configuration.output = folder.path + "/other"
    await #expect(throws: OutputLocked.self) { try await open().lock() }
    await lock.release()
  }
}
