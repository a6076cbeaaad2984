import ObjectStorage

/// `output`, `stores`, `object_storage`, `s3` and `gcs`: where files lie, and how buckets are spoken to.
extension ConfigurationReader {
  func readStores(_ top: YAMLMapping, folder: String?, into configuration: inout Configuration) {
    if !configuration.output.isEmpty { check(top, "output", configuration.output) }
    if let mapping = top.mapping("stores") {
      mapping.allow(["raw", "normalized", "focus"])
      func root(_ key: String) -> String? {
        guard let text = mapping.text(key) else { return nil }
        let root = Self.resolve(text, in: folder)
        check(mapping, key, root)
        return root
      }
      configuration.stores.raw = root("raw")
      configuration.stores.normalized = root("normalized")
      configuration.stores.focus = root("focus")
    }
    if let mapping = top.mapping("object_storage") {
      mapping.allow(["requests_in_flight", "retry_budget_seconds", "lock_seconds", "part_mebibytes"])
      var settings = configuration.objectStorage
      settings.requestsInFlight =
        mapping.integer("requests_in_flight", in: 1...256) ?? settings.requestsInFlight
      settings.retryBudgetSeconds =
        mapping.integer("retry_budget_seconds", in: 0...86_400) ?? settings.retryBudgetSeconds
      settings.lockSeconds = mapping.integer("lock_seconds", in: 2...3600) ?? settings.lockSeconds
      if let size = mapping.integer("part_mebibytes", in: 5...1024) { settings.partBytes = size << 20 }
      configuration.objectStorage = settings
    }
    if let mapping = top.mapping("s3") { configuration.objectStorage.s3 = s3(mapping) }
    if let mapping = top.mapping("gcs") {
      mapping.allow(["endpoint_url"])
      configuration.objectStorage.gcs.endpointURL = address(mapping)
    }
  }

  private func s3(_ mapping: YAMLMapping) -> S3Settings {
    mapping.allow([
      "endpoint_url", "region", "path_style", "server_side_encryption", "kms_key_id", "storage_class",
    ])
    var settings = S3Settings()
    settings.endpointURL = address(mapping)
    settings.region = mapping.text("region")
    settings.pathStyle = mapping.boolean("path_style")
    settings.encryption = mapping.choice("server_side_encryption", of: S3Encryption.self)
    settings.kmsKeyID = mapping.text("kms_key_id")
    if settings.kmsKeyID != nil, settings.encryption != .kms {
      mapping.problem("kms_key_id", "needs server_side_encryption: aws:kms")
    }
    settings.storageClass = mapping.text("storage_class")
    for (key, value) in [
      ("region", settings.region), ("kms_key_id", settings.kmsKeyID),
      ("storage_class", settings.storageClass),
    ] where value?.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) == false {
      mapping.problem(key, "must be a word without spaces and special characters")
    }
    return settings
  }

  private func address(_ mapping: YAMLMapping) -> String? {
    guard let text = mapping.text("endpoint_url") else { return nil }
    if !ServiceAddress.isAcceptable(text) {
      mapping.problem(
        "endpoint_url", "must be an http:// or https:// address without user, query or fragment")
    }
    return text
  }

  private func check(_ mapping: YAMLMapping, _ key: String, _ root: String) {
    if StoreAddress(root) == nil {
      mapping.problem(
        key, "must be a directory, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX, without empty or dotted parts")
    }
  }
}
