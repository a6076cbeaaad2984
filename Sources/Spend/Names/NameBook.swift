import Staging

/// Who or what an id stands for, as the administration lists say.
public struct NameBook: Sendable, Hashable {
  /// A user or a service account.
  public struct Principal: Sendable, Hashable {
    public var type: PrincipalType
    public var name: String?
    public var email: String?

    public init(type: PrincipalType, name: String?, email: String?) {
      self.type = type
      self.name = name
      self.email = email
    }
  }

  public enum PrincipalType: String, Sendable, Hashable {
    case user = "User"
    case serviceAccount = "Service Account"
  }

  /// An API key; its id and name, never its secret.
  public struct Credential: Sendable, Hashable {
    public var name: String?
    public var projectID: String?
    public var ownerID: String?

    public init(name: String?, projectID: String?, ownerID: String?) {
      self.name = name
      self.projectID = projectID
      self.ownerID = ownerID
    }
  }

  /// Names by project id.
  public var projects: [String: String] = [:]
  public var principals: [String: Principal] = [:]
  public var credentials: [String: Credential] = [:]

  public init() {}

  /// Changes exactly when a name, owner or entity does: volatile fields of the lists (`last_used_at`) do not
  /// count, so that days are made anew only for a reason.
  public var digest: String {
    var lines: [String] = []
    func field(_ text: String?) -> String { text.map { "\($0.utf8.count):\($0)" } ?? "-" }
    for (id, name) in projects { lines.append("project \(field(id)) \(field(name))") }
    for (id, principal) in principals {
      lines.append(
        "principal \(field(id)) \(principal.type.rawValue) \(field(principal.name)) \(field(principal.email))"
      )
    }
    for (id, key) in credentials {
      lines.append("key \(field(id)) \(field(key.name)) \(field(key.projectID)) \(field(key.ownerID))")
    }
    return Digest(of: lines.sorted().joined(separator: "\n")).hex
  }
}
