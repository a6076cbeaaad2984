import Spend
import Staging

/// How much past days moved after they were first delivered.
public struct DeliveryLag: Sendable {
  /// One organization's day in one currency.
  public struct Movement: Sendable {
    public let organization: String
    public let day: Day
    public let currency: String
    /// Deliveries with different content, the first included.
    public let versions: Int
    /// The UTC days on which the first and the last content were delivered.
    public let firstDelivered: String
    public let lastDelivered: String
    public let first: ExactDecimal
    public let last: ExactDecimal

    /// Last less first.
    public var difference: ExactDecimal { last - first }
    /// Days between the day's end and the delivery of its last content; nil where the manifest has no such day.
    public var settledAfterDays: Int? { Day(lastDelivered).map { $0.number - day.next.number } }
  }

  /// One content of a day, as a manifest has it.
  private struct Version {
    let delivered: String
    let madeFrom: String
    let totals: [String: String]
    let isCurrent: Bool
  }

  private struct Place: Hashable, Comparable {
    let organization: String
    let date: String
    static func < (left: Place, right: Place) -> Bool {
      (left.organization, left.date) < (right.organization, right.date)
    }
  }

  /// Reads the manifests of all deliveries that an output keeps.
  ///
  /// Contents are ordered by the day of the run that first delivered them; of several on one day the one that is
  /// delivered now is the last.
  /// - Throws: ``CorruptFile`` for a manifest that cannot be read.
  public static func read(_ store: any Store) async throws -> [Movement] {
    let catalogue = DeliveryCatalogue(store)
    var versions: [Place: [Version]] = [:]
    for (snapshots, isCurrent) in [
      (try await catalogue.superseded(), false), (try await catalogue.current(), true),
    ] {
      for snapshot in snapshots {
        for (name, organization) in snapshot.manifest.organizations {
          for (date, day) in organization.days {
            versions[Place(organization: name, date: date), default: []].append(
              Version(
                delivered: day.updated, madeFrom: day.madeFrom, totals: day.controlTotals,
                isCurrent: isCurrent))
          }
        }
      }
    }
    return try versions.sorted { $0.key < $1.key }.flatMap { try movements(of: $0.value, at: $0.key) }
  }

  private static func movements(of versions: [Version], at place: Place) throws -> [Movement] {
    let ordered = versions.sorted { left, right in
      (left.delivered, left.isCurrent ? 1 : 0, left.madeFrom) < (
        right.delivered, right.isCurrent ? 1 : 0, right.madeFrom
      )
    }
    guard let first = ordered.first, let last = ordered.last, let day = Day(place.date) else { return [] }
    return try Set(versions.flatMap(\.totals.keys)).sorted().map { currency in
      func total(_ version: Version) throws -> ExactDecimal {
        do { return try ExactDecimal(version.totals[currency] ?? "0") } catch {
          throw CorruptFile(path: "manifest.json", reason: "\(place.organization), \(place.date): \(error)")
        }
      }
      return Movement(
        organization: place.organization, day: day, currency: currency,
        versions: Set(versions.map(\.madeFrom)).count,
        firstDelivered: first.delivered, lastDelivered: last.delivered, first: try total(first),
        last: try total(last))
    }
  }
}
