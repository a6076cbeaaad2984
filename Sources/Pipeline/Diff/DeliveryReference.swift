import Diagnostics
import Staging

/// What a user calls one side of a comparison.
///
/// | text | means |
/// |---|---|
/// | `output` | an output root: the current delivery of every month |
/// | `output@2026-11` | one month of it |
/// | `output@3f9a…` | one delivery by its 16 hexadecimal digits, current or superseded |
/// | `output@20261123T060000Z-8287` | what that run delivered |
/// | `…/BILLING_PERIOD=2026-11/delivery=3f9a…` | a superseded delivery's own folder |
public struct DeliveryReference: Sendable, Hashable {
  public enum Part: Sendable, Hashable {
    case everything
    case month(Month)
    case delivery(String)
    case run(String)
  }

  public let text: String
  /// The store's root.
  public let path: String
  public let part: Part

  public init(_ text: String) {
    self.text = text
    let pieces = text.split(separator: "@", omittingEmptySubsequences: false)
    if pieces.count > 1, let last = pieces.last, let part = Self.part(last) {
      path = pieces.dropLast().joined(separator: "@")
      self.part = part
    } else {
      path = text
      part = .everything
    }
  }

  /// Nil for what names no part: an `@` can be part of a path.
  private static func part(_ text: Substring) -> Part? {
    if let month = Month(text) { return .month(month) }
    if text.utf8.count == 16, text.allSatisfy(\.isHexDigit) { return .delivery(text.lowercased()) }
    let bytes = Array(text.utf8)
    if bytes.count > 17, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") {
      return .run(String(text))
    }
    return nil
  }

  /// The deliveries meant, one a month, earliest month first.
  /// - Throws: ``NoDelivery``; ``CorruptFile`` for a manifest that cannot be read.
  public func resolve(in store: any Store) async throws -> ComparedSide {
    let catalogue = DeliveryCatalogue(store)
    var snapshots: [DeliverySnapshot]
    var isWhole = false
    switch part {
    case .everything:
      if let standalone = try await catalogue.standalone() {
        snapshots = [standalone]
      } else {
        snapshots = try await catalogue.current()
        isWhole = true
      }
    case .month(let month):
      snapshots = try await catalogue.current().filter { $0.manifest.billingPeriod == month.description }
    case .delivery(let identifier):
      snapshots = try await Self.find([identifier], in: catalogue)
    case .run(let identifier):
      guard let deliveries = try await catalogue.deliveries(ofRun: identifier) else {
        throw NoDelivery(text: text, reason: "there is no record runs/\(identifier).json")
      }
      snapshots = try await Self.find(deliveries, in: catalogue)
      if snapshots.count < deliveries.count {
        throw NoDelivery(text: text, reason: "a delivery of this run is not kept any more")
      }
    }
    if snapshots.isEmpty {
      throw NoDelivery(
        text: text,
        reason: "it holds no such delivery; name an output root, ROOT@YYYY-MM, ROOT@delivery, ROOT@run "
          + "or the folder of a superseded delivery")
    }
    return ComparedSide(reference: text, snapshots: snapshots, isWholeOutput: isWhole)
  }

  private static func find(_ identifiers: [String], in catalogue: DeliveryCatalogue) async throws
    -> [DeliverySnapshot]
  {
    let current = try await catalogue.current()
    let superseded = try await catalogue.superseded()
    return identifiers.compactMap { identifier in
      (current + superseded).first { $0.manifest.delivery == identifier }
    }.sorted { $0.manifest.billingPeriod < $1.manifest.billingPeriod }
  }
}

/// One side of a comparison.
public struct ComparedSide: Sendable {
  /// What the user called it.
  public let reference: String
  public private(set) var snapshots: [DeliverySnapshot]
  /// Whether it is all of an output, and not a part that was named.
  public let isWholeOutput: Bool

  public init(reference: String, snapshots: [DeliverySnapshot], isWholeOutput: Bool) {
    self.reference = reference
    self.snapshots = snapshots
    self.isWholeOutput = isWholeOutput
  }

  /// Keeps the months given.
  public mutating func keep(_ months: Set<String>) {
    snapshots.removeAll { !months.contains($0.manifest.billingPeriod) }
  }

  /// Names of the organizations in it.
  public var organizations: Set<String> { Set(snapshots.flatMap(\.manifest.organizations.keys)) }

  public var months: Set<String> { Set(snapshots.map(\.manifest.billingPeriod)) }

  /// Where one side names a month or a delivery and the other a whole output, that month is meant of both.
  public static func narrow(_ before: inout ComparedSide, _ after: inout ComparedSide) {
    if before.isWholeOutput && !after.isWholeOutput { before.keep(after.months) }
    if after.isWholeOutput && !before.isWholeOutput { after.keep(before.months) }
  }
}

/// What was named is no delivery.
public struct NoDelivery: RecoverableError, Equatable {
  public let text: String
  public let reason: String

  public init(text: String, reason: String) {
    self.text = text
    self.reason = reason
  }

  public var recovery: Recovery { .mendUsage }
  public var description: String { "\(text): \(reason)" }
}
