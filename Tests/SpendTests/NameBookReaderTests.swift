import Spend
import Testing

@Suite struct NameBookReaderTests {
  /// Reads rows given as (dataset, result, project the list was fanned out for).
  private func book(_ rows: [(String, String, String?)]) throws -> NameBook {
    var reader = NameBookReader()
    for (dataset, result, project) in rows {
      try RawLineSupport.parse(result, project: project) { try reader.read($0, dataset: dataset) }
    }
    return reader.book
  }

  private let rows: [(String, String, String?)] = [
    ("projects", #"{"id":"proj_1","name":"Search","status":"archived"}"#, nil),
    ("users", #"{"id":"user-1","name":"Ann","email":"ann@example.com","last_used_at":1}"#, nil),
    ("users", #"{"id":"user-2","is_service_account":true,"user":{"name":"Bot","email":null}}"#, nil),
    ("service_accounts", #"{"id":"svc-1","name":"ci"}"#, "proj_1"),
    (
      "api_keys",
      #"{"id":"key_1","name":"laptop","redacted_value":"sk-…","owner":{"type":"user","user":{"id":"user-1","name":"Old"}}}"#,
      "proj_1"
    ),
    (
      "api_keys",
      #"{"id":"key_2","name":"","owner":{"type":"service_account","service_account":{"id":"svc-9","name":"gone"}}}"#,
      "proj_1"
    ),
    ("api_keys", #"{"id":"key_3","name":null,"owner":null}"#, "proj_2"),
  ]

  @Test func readsEveryList() throws {
    let book = try book(rows)
    #expect(book.projects == ["proj_1": "Search"])
    #expect(
      book.principals["user-1"] == NameBook.Principal(type: .user, name: "Ann", email: "ann@example.com"))
    #expect(book.principals["user-2"] == NameBook.Principal(type: .serviceAccount, name: "Bot", email: nil))
    #expect(book.principals["svc-1"] == NameBook.Principal(type: .serviceAccount, name: "ci", email: nil))
    #expect(
      book.credentials["key_1"]
        == NameBook.Credential(name: "laptop", projectID: "proj_1", ownerID: "user-1"))
    #expect(
      book.credentials["key_2"] == NameBook.Credential(name: nil, projectID: "proj_1", ownerID: "svc-9"))
    #expect(book.credentials["key_3"] == NameBook.Credential(name: nil, projectID: "proj_2", ownerID: nil))
  }

  @Test func aKeyNamesAnOwnerThatNoListShows() throws {
    #expect(
      try book(rows).principals["svc-9"]
        == NameBook.Principal(type: .serviceAccount, name: "gone", email: nil))
  }

  @Test func theDatasetsAreReadInAnOrderThatKeepsTheBetterSource() throws {
    let order = NameBookReader.datasets
    let sorted = rows.sorted { (order.firstIndex(of: $0.0) ?? 9) < (order.firstIndex(of: $1.0) ?? 9) }
    #expect(try book(sorted).principals["user-1"]?.name == "Ann")
  }

  @Test(arguments: ["{}", #"{"id":null,"name":"x"}"#, #"{"id":"","name":"x"}"#, #"{"id":7,"name":"x"}"#])
  func aRowWithoutAnIdIsNoEntity(result: String) throws {
    for dataset in NameBookReader.datasets { #expect(try book([(dataset, result, nil)]) == NameBook()) }
  }

  @Test func theDigestChangesWithNamesOnly() throws {
    let digest = try book(rows).digest
    #expect(try book(rows.reversed()).digest == book(rows.reversed()).digest)
    var volatile = rows
    volatile[1].1 = volatile[1].1.replacing("\"last_used_at\":1", with: "\"last_used_at\":2")
    #expect(try book(volatile).digest == digest)
    for (index, old, new) in [
      (0, "Search", "Find"), (1, "Ann", "Anna"), (1, "ann@", "a@"), (2, "true", "false"),
      (4, "laptop", "desk"),
      (4, "user-1", "user-7"), (6, "key_3", "key_4"),
    ] {
      var changed = rows
      changed[index].1 = changed[index].1.replacing(old, with: new)
      #expect(try book(changed).digest != digest, "\(old) became \(new)")
    }
    #expect(NameBook().digest != digest)
  }
}
