import Diagnostics
import FOCUS
import Staging

/// Brings the copies of one month for other services up to date with its delivery.
///
/// A preset's folder is replaced as a whole, after everything in it was summed up and compared with the delivery. What
/// cannot be made stays as it was, and the run says so.
struct MonthExports {
  let configuration: Configuration
  let context: StageContext
  let priceList: PriceListFile?
  let delivery: MonthDelivery

  /// What a preset's folder was made from.
  private struct Record: SealedJSON {
    var format = 2
    var madeFrom: String
    /// By their paths below the folder.
    var files: [FileRecord]

    static var sealName: StaticString { "record_sha256" }

    enum CodingKeys: String, CodingKey {
      case format, files
      case madeFrom = "made_from"
    }
  }

  /// - Throws: what is no matter of one preset: a store that refuses.
  func write() async throws -> [StageFailure] {
    try await concurrentMap(configuration.load.exports) { preset -> StageFailure? in
      do { try await write(preset) } catch let error as any RecoverableError
        where error.recovery == .refuseData || error.recovery == .mendConfiguration
      {
        return StageFailure(
          stage: "load", organization: "", error: ExportNotWritten(preset: preset, cause: error))
      }
      return nil
    }.compactMap(\.self)
  }

  private func write(_ preset: ExportPreset) async throws {
    let madeFrom = madeFrom(preset)
    if try await isCurrent(preset, madeFrom) { return }
    let version = preset.version(configuration.load.focusVersion)
    let building = "export/.building/\(preset.rawValue)"
    let files = try await ExportWriter(
      preset: preset, context: context, month: delivery.month, manifest: delivery.manifest,
      rows: ExportedCharges(
        context: context, columns: try ColumnTable.embedded().columns(of: version), prices: priceList?.prices),
      parquet: ParquetEngine(configuration.load), building: building
    ).write()
    // Without its record the folder is made again.
    let record = try Record(madeFrom: madeFrom, files: files).sealed()
    try await context.store.replace(
      preset.folder(delivery.month),
      with: files.map { TreeEntry(name: $0.path, source: building + "/" + $0.path) }
    ) {
      try await context.store.write(preset.record(delivery.month), record)
    }
    try await context.store.replace(building, with: [])
  }

  private func madeFrom(_ preset: ExportPreset) -> String {
    let manifest = delivery.manifest
    var inputs = [
      preset.rawValue, preset.writerVersion, manifest.delivery, configuration.load.focusVersion.rawValue,
    ]
    inputs += manifest.madeFrom.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    inputs += manifest.organizations.sorted { $0.key < $1.key }.map {
      "\($0.key)\t\($0.value.billingAccountID)\t\($0.value.billingAccountName)"
    }
    if let priceList { inputs.append("price list \(priceList.sha256)") }
    return Digest(of: inputs.joined(separator: "\n")).hex
  }

  private func isCurrent(_ preset: ExportPreset, _ madeFrom: String) async throws -> Bool {
    let key = preset.record(delivery.month)
    guard let bytes = try await context.store.read(key),
      let record = try? Record(sealed: bytes, path: key),
      record.madeFrom == madeFrom
    else { return false }
    let folder = preset.folder(delivery.month)
    let present = try await context.store.list(folder).map { String($0.key.dropFirst(folder.count + 1)) }
    guard present == record.files.map(\.path).sorted() else { return false }
    for file in record.files {
      if try await !context.store.holds(file, at: folder + "/" + file.path) { return false }
    }
    return true
  }
}

/// A copy for another service could not be made; the one before stays.
struct ExportNotWritten: RecoverableError {
  let preset: ExportPreset
  let cause: any RecoverableError

  var recovery: Recovery { cause.recovery }
  var description: String { "export \(preset.rawValue): \(cause); what was exported before stays" }
}
