import Diagnostics

/// The statements asked for cannot be written.
public enum WarehouseError: RecoverableError, Equatable {
  /// The configured columns lack the one that tells months apart.
  case noBillingPeriod
  /// The dialect's decimals cannot have this scale.
  case scale(Int, dialect: String, allowed: ClosedRange<Int>?)
  /// A table name that would need quotes, or more than a name.
  case tableName(String)
  /// A location with a quote, a brace or a line break in it.
  case location(String)

  public var recovery: Recovery {
    switch self {
    case .noBillingPeriod: .mendConfiguration
    case .scale, .tableName, .location: .mendUsage
    }
  }

  public var description: String {
    switch self {
    case .noBillingPeriod:
      "load.columns leaves out BillingPeriodStart: without it a month cannot be replaced in a warehouse; add it"
    case .scale(let scale, let dialect, let allowed?):
      "--scale \(scale): amounts in \(dialect) have \(allowed.lowerBound) to \(allowed.upperBound) digits behind the point"
    case .scale(let scale, let dialect, nil):
      "--scale \(scale): decimals in \(dialect) have a scale of their own; leave --scale out"
    case .tableName(let name):
      "--table \"\(name.prefix(60))\": a table's name is made of letters, digits and _, with up to two dots between its parts"
    case .location(let text):
      "--location \"\(text.prefix(60))\": quotes, commas, braces, wildcards, backslashes and line breaks cannot stand in it"
    }
  }
}
