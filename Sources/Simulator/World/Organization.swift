/// A project of an organization.
struct Project: Sendable {
  var id: String
  var name: String?
  var createdAt: Int
  var archivedAt: Int?
  var residency: String
  /// Whether shareable models are free here.
  var sharesData: Bool
  /// Monthly limit in dollars, where one is set.
  var spendLimit: Int?
}

/// A user or a service account.
struct Principal: Sendable {
  var id: String
  var name: String?
  var email: String?
  /// `owner`, `reader` or `member`.
  var role: String
  var addedAt: Int
  /// The project of a service account; nil for a user.
  var project: Int?
  /// Projects a user is a member of.
  var memberships: [Int]
  /// Gone from every list; usage and costs still name it.
  var deleted: Bool

  var isServiceAccount: Bool { project != nil }
}

/// An API key of a project.
struct APIKey: Sendable {
  var id: String
  var name: String
  var redacted: String
  var project: Int
  /// Index of the user or service account.
  var owner: Int
  var createdAt: Int
  var lastUsedAt: Int?
  var expiresAt: Int?
  /// Gone from every list; usage and costs still name it.
  var deleted: Bool
}

/// Somebody who can spend in a project: with a key, or in the playground without one.
struct Spender: Sendable {
  var project: Int
  var principal: Int
  var key: Int
}

/// An admin key and what it may read.
struct AdminKey: Sendable {
  var id: String
  var name: String
  var secret: String
  var scopes: Set<Scope>
  var createdAt: Int

  var redacted: String { "sk-admin...\(secret.suffix(4))" }
}

/// What an admin key may read.
enum Scope: String, Sendable, CaseIterable {
  case usage = "api.usage.read"
  case management = "api.management.read"
}

/// An organization as its lists show it, and all that can spend in it.
struct Organization: Sendable {
  var index: Int
  /// For paths and environment variables: `acme`.
  var name: String
  var id: String
  var displayName: String
  var adminKeys: [AdminKey]
  var projects: [Project]
  var principals: [Principal]
  var keys: [APIKey]
  var spenders: [Spender]
  /// Vector stores by their project.
  var vectorStores: [(id: String, project: Int)]
  var catalogue: Catalogue

  /// The key that may read everything.
  var key: String { adminKeys.first { $0.scopes.count == Scope.allCases.count }?.secret ?? "" }

  /// The environment variable that a configuration would read the key from.
  var keyVariable: String {
    "OPENAI_ADMIN_KEY_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }
}
