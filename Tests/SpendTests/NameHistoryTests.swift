import Staging
import Testing

@testable import Spend

@Suite struct NameHistoryTests {
  private let all = Set(NameHistory.Kind.allCases)

  private func day(_ text: String) throws -> Day { try #require(Day(text)) }

  private func book(project: String?, user: String? = "Ann") -> NameBook {
    var book = NameBook()
    book.projects["p"] = project
    if let user { book.principals["u"] = NameBook.Principal(type: .user, name: user, email: "a@x") }
    return book
  }

  @Test func aRenameChangesLaterDaysOnly() throws {
    var history = NameHistory()
    history.take(book(project: "Old"), on: try day("2026-11-10"), complete: all, unlisted: [])
    history.take(book(project: "New"), on: try day("2026-11-20"), complete: all, unlisted: [])
    #expect(history.book(on: try day("2026-11-19")).projects["p"] == "Old")
    #expect(history.book(on: try day("2026-11-20")).projects["p"] == "New")
    #expect(
      history.book(on: try day("2020-01-01")).projects["p"] == "Old", "the first name holds before it, too")
    #expect(history.changes == [try day("2026-11-20")])
  }

  @Test func whatVanishesKeepsItsNameAndIsMarked() throws {
    var history = NameHistory()
    history.take(book(project: "P"), on: try day("2026-11-10"), complete: all, unlisted: [])
    history.take(book(project: nil, user: nil), on: try day("2026-11-12"), complete: all, unlisted: [])
    let later = history.book(on: try day("2026-12-31"))
    #expect(later.projects["p"] == "P" && later.principals["u"]?.name == "Ann")
    let rows = String(decoding: NameHistoryFile.rows(history).bytes, as: UTF8.self)
    #expect(rows.contains("project,p,2026-11-12,,deleted,P"))
    #expect(rows.contains("principal,u,,2026-11-12,active,Ann"))
  }

  @Test func anIncompleteListDeletesNothing() throws {
    var history = NameHistory()
    history.take(book(project: "P"), on: try day("2026-11-10"), complete: all, unlisted: [])
    history.take(
      book(project: nil, user: nil), on: try day("2026-11-12"), complete: [.principal], unlisted: [])
    let rows = String(decoding: NameHistoryFile.rows(history).bytes, as: UTF8.self)
    #expect(rows.contains("project,p,,,active,P"))
    #expect(rows.contains("principal,u,2026-11-12,,deleted,Ann"))
  }

  @Test func keysOfProjectsThatRefuseAreNotDeleted() throws {
    var history = NameHistory()
    var first = NameBook()
    first.credentials["k"] = NameBook.Credential(name: "ci", projectID: "p", ownerID: "u")
    history.take(first, on: try day("2026-11-10"), complete: all, unlisted: [])
    history.take(NameBook(), on: try day("2026-11-11"), complete: all, unlisted: ["p"])
    #expect(!String(decoding: NameHistoryFile.rows(history).bytes, as: UTF8.self).contains("deleted"))
    history.take(NameBook(), on: try day("2026-11-12"), complete: all, unlisted: [])
    #expect(String(decoding: NameHistoryFile.rows(history).bytes, as: UTF8.self).contains("deleted"))
    #expect(history.book(on: try day("2026-11-30")).credentials["k"]?.name == "ci")
  }

  @Test func twoNamesOnOneDay() throws {
    var history = NameHistory()
    history.take(book(project: "A"), on: try day("2026-11-10"), complete: all, unlisted: [])
    history.take(book(project: "B"), on: try day("2026-11-10"), complete: all, unlisted: [])
    history.take(book(project: "C"), on: try day("2026-11-10"), complete: all, unlisted: [])
    #expect(history.book(on: try day("2026-11-09")).projects["p"] == "A")
    #expect(history.book(on: try day("2026-11-10")).projects["p"] == "C")
    history.take(book(project: "A"), on: try day("2026-11-10"), complete: all, unlisted: [])
    #expect(history.changes.isEmpty, "back to what it was: nothing changed that day")
  }

  @Test func theFileHoldsAllOfIt() throws {
    var history = NameHistory()
    history.take(book(project: "a, \"b\"\n漢字 =1"), on: try day("2026-11-10"), complete: all, unlisted: [])
    history.take(book(project: "x", user: nil), on: try day("2026-11-11"), complete: all, unlisted: [])
    let file = try GzipEncoder.compress(NameHistoryFile.rows(history).bytes)
    #expect(try NameHistoryFile.read(gzip: file, path: "names") == history)
  }

  @Test func aDamagedFileIsRefused() throws {
    let file = try GzipEncoder.compress(
      CSVRow.header(NameHistoryFile.header) + Array("planet,p,,,active,P,,,,\n".utf8))
    #expect(throws: CorruptFile.self) { try NameHistoryFile.read(gzip: file, path: "names") }
  }
}
