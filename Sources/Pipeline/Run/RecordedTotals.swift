import Spend
import Staging

extension ControlTotals {
  /// Totals as a record holds them; nil where it holds none.
  /// - Throws: ``CorruptFile`` for totals that cannot be read: a control that is skipped controls nothing.
  init?(recorded texts: [String: String]?, in path: String) throws {
    guard let texts else { return nil }
    guard let totals = ControlTotals(texts: texts) else {
      throw CorruptFile(path: path, reason: "its control_totals cannot be read")
    }
    self = totals
  }
}
