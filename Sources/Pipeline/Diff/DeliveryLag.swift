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
    /// Each content after the first, in order.
    public let changes: [Change]
    /// Days between the day's end and the delivery of its last content; nil where the manifest has no such day.
    public var settledAfterDays: Int? { Day(lastDelivered).map { $0.number - day.next.number } }
  }

  /// One time that a day moved after it was first delivered.
  public struct Change: Sendable {
    /// Days between the day's end and the delivery of the new content.
    public let age: Int
    /// New less old; 0 where something else than this currency's money changed.
    public let amount: ExactDecimal
  }

  /// What days of one age moved by, all organizations and days together.
  public struct AgeMovement: Sendable {
    public let currency: String
    /// Days between a day's end and the delivery of its new content.
    public let age: Int
    /// Days that got another amount at this age.
    public internal(set) var days = 0
    /// Sum of the changes, and of their sizes.
    public internal(set) var moved = ExactDecimal.zero
    public internal(set) var size = ExactDecimal.zero
    /// The largest change by its size, with its sign.
    public internal(set) var largest = ExactDecimal.zero
  }

  /// The movements by the age at which they happened, youngest first.
  public static func byAge(_ movements: [Movement]) -> [AgeMovement] {
    struct Key: Hashable {
      let currency: String
      let age: Int
    }
    var ages: [Key: AgeMovement] = [:]
    for movement in movements {
      for change in movement.changes where !change.amount.isZero {
        let key = Key(currency: movement.currency, age: change.age)
        var age = ages[key] ?? AgeMovement(currency: key.currency, age: key.age)
        age.days += 1
        age.moved += change.amount
        age.size += change.amount.magnitude
        if change.amount.magnitude > age.largest.magnitude { age.largest = change.amount }
        ages[key] = age
      }
    }
    return ages.values.sorted { ($0.currency, $0.age) < ($1.currency, $1.age) }
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
      var changes: [Change] = []
      for (older, newer) in zip(ordered, ordered.dropFirst()) where older.madeFrom != newer.madeFrom {
        guard let delivered = Day(newer.delivered) else { continue }
        changes.append(
          Change(age: delivered.number - day.next.number, amount: try total(newer) - total(older)))
      }
      return Movement(
        organization: place.organization, day: day, currency: currency,
        versions: Set(versions.map(\.madeFrom)).count,
        firstDelivered: first.delivered, lastDelivered: last.delivered, first: try total(first),
        last: try total(last), changes: changes)
    }
  }
}
