import Staging

/// Who ids stood for through time (DESIGN C12).
///
/// The API tells current names only. Every run takes a snapshot, and the history says from which day on each
/// name was seen. A rename changes later days only; what vanishes from a list keeps its last name and is
/// marked as deleted; the first name known is taken for the days before it, too.
public struct NameHistory: Sendable, Hashable {
  /// What has a name.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case project
    case principal
    case credential
  }

  struct Entity: Hashable, Comparable {
    var kind: Kind
    var id: String
    static func < (left: Entity, right: Entity) -> Bool {
      (left.kind.rawValue, left.id) < (right.kind.rawValue, right.id)
    }
  }

  /// What was known of an entity from one day on.
  struct Version: Hashable {
    /// Nil for the first version, which holds for all days before as well.
    var from: Day?
    var isDeleted = false
    var name: String?
    var email: String?
    var principalType: NameBook.PrincipalType?
    var projectID: String?
    var ownerID: String?

    /// Whether anything but the day differs.
    func says(_ other: Version) -> Bool {
      var copy = other
      copy.from = from
      return copy == self
    }
  }

  /// Versions by entity, in the order of their days.
  private(set) var versions: [Entity: [Version]] = [:]

  public init() {}

  /// Takes in a snapshot of the day `day`, which must not be before any taken in earlier.
  ///
  /// - Parameters:
  ///   - complete: the kinds whose lists were complete: what is missing from them is deleted. Keys of projects
  ///     that refuse to list them are not.
  ///   - unlisted: projects whose keys could not be listed.
  public mutating func take(_ book: NameBook, on day: Day, complete: Set<Kind>, unlisted: Set<String>) {
    let current = Self.versions(of: book)
    for (entity, version) in current { add(version, to: entity, on: day) }
    for (entity, known) in versions where complete.contains(entity.kind) && current[entity] == nil {
      guard var last = known.last, !last.isDeleted, !(last.projectID.map(unlisted.contains) ?? false) else {
        continue
      }
      last.isDeleted = true
      add(last, to: entity, on: day)
    }
  }

  mutating func add(_ version: Version, to entity: Entity, on day: Day) {
    guard var known = versions[entity], let last = known.last else {
      versions[entity] = [version]
      return
    }
    if last.says(version) { return }
    var next = version
    next.from = day
    // Two changes on one day: the later one holds for the day, what was before it is not lost.
    if last.from == day { known.removeLast() }
    if known.last?.says(next) != true { known.append(next) }
    versions[entity] = known
  }

  mutating func restore(_ entity: Entity, _ version: Version) {
    versions[entity, default: []].append(version)
  }

  /// The days on which something changed, sorted.
  public var changes: [Day] {
    Set(versions.values.flatMap { $0.compactMap(\.from) }).sorted()
  }

  /// The names that hold on a day.
  public func book(on day: Day) -> NameBook {
    var book = NameBook()
    for (entity, known) in versions {
      guard let version = known.last(where: { ($0.from ?? day) <= day }) ?? known.first else { continue }
      switch entity.kind {
      case .project: book.projects[entity.id] = version.name
      case .principal:
        book.principals[entity.id] = NameBook.Principal(
          type: version.principalType ?? .user, name: version.name, email: version.email)
      case .credential:
        book.credentials[entity.id] = NameBook.Credential(
          name: version.name, projectID: version.projectID, ownerID: version.ownerID)
      }
    }
    return book
  }

  private static func versions(of book: NameBook) -> [Entity: Version] {
    var versions: [Entity: Version] = [:]
    for (id, name) in book.projects { versions[Entity(kind: .project, id: id)] = Version(name: name) }
    for (id, principal) in book.principals {
      versions[Entity(kind: .principal, id: id)] = Version(
        name: principal.name, email: principal.email, principalType: principal.type)
    }
    for (id, key) in book.credentials {
      versions[Entity(kind: .credential, id: id)] = Version(
        name: key.name, projectID: key.projectID, ownerID: key.ownerID)
    }
    return versions
  }
}
