import Diagnostics
import Spend
import Staging

/// Compares what was billed with a price list, over the charges that normalize has written.
///
/// It reads only: nothing is estimated, nothing is written, and nothing it finds is an error.
public struct PriceCheck: Sendable {
  private let context: StageContext
  private let priceList: PriceListFile

  public init(context: StageContext, priceList: PriceListFile) {
    self.context = context
    self.priceList = priceList
  }

  /// - Throws: ``CorruptFile`` for a partition that is not what its record says, ``RefusedPartition`` for a charge
  ///   that cannot be read, and what the store throws.
  public func run(_ scope: RunScope) async throws -> PriceCheckReport {
    var comparison = PriceComparison(priceList.prices)
    var days = 0
    for organization in scope.organizations {
      for day in scope.window {
        let folder = Layout.normalized(organization: organization.name, day: day)
        guard let record = try await context.partitions.record(folder) else { continue }
        let charges = try await context.partitions.file(ChargeFile.name, of: folder, record)
        days += 1
        try CSVReader.forEachRecord(
          ofGzip: charges, path: "\(folder)/\(ChargeFile.name)", header: ChargeFile.header
        ) { row in
          do { comparison.add(try ChargeFile.charge(row), on: day) } catch let refused as RefusedLine {
            throw RefusedPartition(
              organization: organization.name, dataset: DatasetName.charges, day: day, line: row.number,
              reason: refused.reason)
          }
        }
      }
    }
    return PriceCheckReport(comparison, scope: scope, days: days, sha256: priceList.sha256)
  }
}
