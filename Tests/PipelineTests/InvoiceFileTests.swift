import Spend
import Staging
import Testing

@testable import Pipeline

/// The invoices that a user keeps: what is read, and where what is wrong stands.
@Suite struct InvoiceFileTests {
  private func read(_ text: String, _ path: String) throws -> [Invoice] {
    let names = ["acme", "globex"]
    let organizations = names.map {
      OrganizationConfiguration(
        name: $0, id: "org-\($0)", displayName: $0, baseURL: "https://localhost", adminKey: .environment("K"))
    }
    return try InvoiceFile(text, path: path, organizations).invoices
  }

  private func problems(_ text: String, _ path: String) -> [String] {
    do {
      _ = try read(text, path)
      return []
    } catch {
      return (error as? ConfigurationError)?.description.split(separator: "\n").map(String.init) ?? [
        "\(error)"
      ]
    }
  }

  private let csv = """
    month,organization,currency,amount,credits,tax,total,number
    2026-10,acme,USD,1234.56,-25.00,114.92,1324.48,"INV, 1"
    2026-10,org-globex,usd,10,,,,
    2026-11,acme,EUR,-3.5,0,0,-3.5,

    """

  @Test func bothFormsSayTheSame() throws {
    let yaml = """
      invoices:
        - organization: acme
          month: 2026-10
          number: "INV, 1"
          currency: USD
          amount: 1234.56
          credits: -25.00
          tax: 114.92
          total: 1324.48
        - { organization: org-globex, month: 2026-10, currency: usd, amount: 10 }
        - { organization: acme, month: 2026-11, currency: EUR, amount: "-3.5", total: -3.50 }
      """
    let invoices = try read(yaml, "invoices.yaml")
    #expect(try read(csv, "invoices.csv") == invoices)
    #expect(try read("\u{FEFF}" + csv.replacing("\n", with: "\r\n"), "a.CSV") == invoices)
    #expect(invoices.map(\.organization) == ["acme", "globex", "acme"])
    #expect(try invoices.map(\.total) == [ExactDecimal("1324.48"), 10, ExactDecimal("-3.5")])
    #expect(try invoices[0].net == ExactDecimal("1209.56") && invoices[0].number == "INV, 1")
    #expect(try read("invoices: []", "invoices.yml") == [])
  }

  @Test(arguments: [
    ("2026-10,acme,USD,12.50,,,,", "2026-13,acme,USD,12.50,,,,", "month \"2026-13\" must be a month"),
    ("", "2026-10,nobody,USD,1,,,,", "organization \"nobody\" must be the name or the id"),
    ("", "2026-10,acme,XYZ,1,,,,", "currency \"XYZ\" must be an ISO 4217 code"),
    ("", "2026-10,acme,USD,\"1,234.56\",,,,", "amount \"1,234.56\" must be a plain decimal"),
    ("", "2026-10,acme,USD,$12,,,,", "amount \"$12\" must be"),
    ("", "2026-10,acme,USD,,,,,", "amount is missing"),
    ("", "2026-10,acme,USD,1,25,,,", "credits \"25\" must be 0 or below"),
    ("", "2026-10,acme,USD,1,-1,0.5,1,", "total is 1, amount + credits + tax are 0.5"),
    ("", "2026-10,acme,USD,1,,n/a,,", "tax \"n/a\" must be"),
    (
      "2026-10,acme,USD,1,,,,", "2026-10,org-acme,usd,2,,,,",
      "number must tell this invoice apart from the one on line 2"
    ),
    ("", "2026-10,acme,USD", "there are 3 fields, the header has 8"),
  ])
  func whatIsWrongIsToldWithItsLine(good: String, bad: String, expected: String) {
    let header = "month,organization,currency,amount,credits,tax,total,number\n"
    let text = header + (good.isEmpty ? "" : good + "\n") + bad + "\n"
    let told = problems(text, "my.csv")
    #expect(told.count == 1 && told[0].hasPrefix("my.csv:\(good.isEmpty ? 2 : 3): \(expected)"), "\(told)")
  }

  @Test func everyProblemOfAYAMLFileIsTold() {
    let text = """
      invoices:
        - organization: acme
          month: 2026-10
          currency: USD
          amont: 12
        - { organization: acme, month: October, currency: USD, amount: 1 }
        - { organization: acme, month: 2026-10, currency: USD, amount: [1] }
      other: 1
      """
    #expect(
      problems(text, "i.yaml") == [
        "i.yaml:2: invoices[0].amount is missing: it must be a plain decimal number, e.g. 1234.56",
        "i.yaml:5: unknown key \"amont\" in invoices[0]; expected one of organization, month, number, currency, "
          + "amount, credits, tax, total",
        "i.yaml:6: invoices[1].month \"October\" must be a month, YYYY-MM",
        "i.yaml:7: invoices[2].amount must be text or a number",
        "i.yaml:8: unknown key \"other\" in the file; expected one of invoices",
      ])
  }

  @Test func headersAndNames() {
    #expect(
      problems("month,organization,amount,sum,month\n2026-10,acme,1,1,1\n", "i.csv") == [
        "i.csv:1: there is no column currency",
        "i.csv:1: unknown column \"sum\"; expected some of organization, month, number, currency, amount, credits, "
          + "tax, total", "i.csv:1: the column month is there twice",
      ])
    #expect(problems("", "i.csv") == ["i.csv: the file is empty"])
    #expect(
      problems("month,organization,currency,amount\n\"open", "i.csv").first?.hasPrefix("i.csv:2: ") == true)
    #expect(problems("a", "i.txt") == ["i.txt: an invoice file's name must end in .csv, .yaml or .yml"])
  }
}
