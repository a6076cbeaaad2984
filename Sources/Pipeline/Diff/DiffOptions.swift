import Spend

/// How two deliveries are compared.
public struct DiffOptions: Sendable {
  /// Cost differences up to this size, by charge, are none; 0 compares exactly.
  public var tolerance: ExactDecimal
  /// Whether a changed name is a difference.
  public var isStrict: Bool
  public var ignored: Set<IgnoredPart>
  /// Names of the organizations to compare; all where it is empty.
  public var organizations: Set<String>
  /// What totals are given by.
  public var groupings: [DiffGrouping]

  public init(
    tolerance: ExactDecimal = .zero, isStrict: Bool = false, ignored: Set<IgnoredPart> = [],
    organizations: Set<String> = [],
    groupings: [DiffGrouping] = [.organization]
  ) {
    self.tolerance = tolerance
    self.isStrict = isStrict
    self.ignored = ignored
    self.organizations = organizations
    self.groupings = groupings
  }

  func covers(_ organization: String) -> Bool {
    organizations.isEmpty || organizations.contains(organization)
  }

  func isWithinTolerance(_ difference: ExactDecimal) -> Bool {
    difference.isZero || difference.magnitude <= tolerance
  }
}

/// What the totals of a comparison can be given by.
public enum DiffGrouping: String, Sendable, CaseIterable, Encodable {
  case organization
  case project
  case model
  case service
  case day
  case lineItem = "line-item"
  case credential
  case principal

  /// Whether the manifest has the totals of a day, so that a file that is the same on both sides need not be read.
  var isInManifest: Bool { self == .organization || self == .day }

  /// The group that a charge belongs to, as bytes; empty for none.
  func key(_ row: DeliveredRow) -> UnsafeBufferPointer<UInt8> {
    let bytes = row[keyColumn]
    // The day of a date-time.
    return self == .day ? UnsafeBufferPointer(rebasing: bytes.prefix(10)) : bytes
  }

  private var keyColumn: DiffColumn {
    switch self {
    case .organization: .billingAccountID
    case .project: .subAccountID
    case .model: .modelID
    case .service: .serviceName
    case .day: .chargePeriodStart
    case .lineItem: .lineItem
    case .credential: .credentialID
    case .principal: .principalID
    }
  }

  /// What the group's id is called.
  var nameColumn: DiffColumn? {
    switch self {
    case .organization: .billingAccountName
    case .project: .subAccountName
    case .credential: .credentialName
    case .principal: .principalName
    case .model, .service, .day, .lineItem: nil
    }
  }

  /// The columns that are needed to tell the group.
  var columns: [DiffColumn] { [keyColumn] + (nameColumn.map { [$0] } ?? []) }
}
