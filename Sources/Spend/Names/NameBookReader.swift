import JSONReader

/// Fills a name book from the lines of the raw administration lists.
///
/// What a list row lacks stays unknown; a row without an id is no entity and is passed over.
public struct NameBookReader {
  public private(set) var book = NameBook()
  /// Projects that may refuse to list their keys.
  public private(set) var archivedProjects: Set<String> = []

  public init() {}

  /// The datasets that name something, in an order in which later ones do not hide earlier ones.
  public static let datasets = ["projects", "users", "service_accounts", "api_keys"]

  /// Reads one line of one of ``datasets``.
  /// - Throws: ``RefusedLine`` if the line is no envelope.
  public mutating func read(_ line: JSONValue, dataset: String) throws {
    let result = try RawLine.result(of: line)
    guard let id = Self.text(result["id"]) else { return }
    switch dataset {
    case "projects":
      if let name = Self.text(result["name"]) { book.projects[id] = name }
      if Self.text(result["status"]) == "archived" || result["archived_at"]?.isNull == false {
        archivedProjects.insert(id)
      }
    case "users":
      let isService = result["is_service_account"]?.boolean == true
      add(id, result, type: isService ? .serviceAccount : .user)
    case "service_accounts":
      add(id, result, type: .serviceAccount)
    case "api_keys":
      let owner = result["owner"]
      let user = owner?["user"]
      let account = owner?["service_account"]
      let ownerID = Self.text((user ?? account)?["id"])
      book.credentials[id] = NameBook.Credential(
        name: Self.text(result["name"]), projectID: Self.text(line["project_id"]), ownerID: ownerID)
      // The owner's own list is the better source; a key names owners that no list shows any more.
      if let ownerID, book.principals[ownerID] == nil {
        if let user { add(ownerID, user, type: .user) }
        if let account { add(ownerID, account, type: .serviceAccount) }
      }
    default: break
    }
  }

  private mutating func add(_ id: String, _ row: JSONValue, type: NameBook.PrincipalType) {
    let nested = row["user"]
    book.principals[id] = NameBook.Principal(
      type: type, name: Self.text(row["name"]) ?? Self.text(nested?["name"]),
      email: Self.text(row["email"]) ?? Self.text(nested?["email"]))
  }

  private static func text(_ value: JSONValue?) -> String? {
    guard let text = value?.string, !text.isEmpty else { return nil }
    return text
  }
}
