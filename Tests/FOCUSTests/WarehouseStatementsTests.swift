import FOCUS
import Staging
import Testing

/// The statements for warehouses. That they load is proven by `scripts/check-warehouses`.
@Suite struct WarehouseStatementsTests {
  private func columns(_ names: [String]? = nil, of version: FOCUSVersion = .v13) throws -> [ColumnDefinition]
  {
    try ColumnTable.embedded().columns(of: version, chosen: names)
  }

  private func statements(
    _ dialect: WarehouseDialect, columns names: [String]? = nil, table: String = "t",
    location: String = "/focus",
    scale: Int? = nil
  ) throws -> WarehouseStatements {
    try WarehouseStatements(
      dialect, columns: try columns(names), table: table, location: location, amountScale: scale)
  }

  private func november() throws -> MonthFiles {
    MonthFiles(
      month: try #require(Month("2026-11")), paths: ["data/a.csv.gz", "data/b.csv.gz"],
      controlTotals: ["EUR": "0.5", "USD": "12.25"])
  }

  @Test(arguments: WarehouseDialect.allCases)
  func everyColumnIsDefinedAndFilledAndNothingIsLeftOver(_ dialect: WarehouseDialect) throws {
    for version in FOCUSVersion.allCases {
      let columns = try columns(of: version)
      let statements = try WarehouseStatements(dialect, columns: columns, table: "t", location: "/focus")
      let (table, load) = (statements.createTable, statements.replaceMonth(try november()))
      for column in columns {
        #expect(table.contains("  \(column.name) "), "\(column.name)")
        #expect(load.contains(column.name), "\(column.name)")
      }
      for text in [table, load, statements.replaceMonth(MonthFiles(allOf: try #require(Month("2026-11"))))] {
        #expect(!text.contains("{{") && !text.contains("{}") && !text.contains("{type}"))
        #expect(text.hasSuffix(";\n"))
      }
    }
  }

  /// Promise 1: a month is replaced only by what sums to its manifest.
  @Test(arguments: WarehouseDialect.allCases)
  func everyCurrencyIsControlled(_ dialect: WarehouseDialect) throws {
    let load = try statements(dialect).replaceMonth(try november())
    #expect(load.contains("EUR") && load.contains("0.5") && load.contains("USD") && load.contains("12.25"))
    let without = try statements(dialect, columns: ["BillingPeriodStart", "BilledCost"]).replaceMonth(
      try november())
    #expect(!without.contains("12.25"))
    let unknown = try statements(dialect).replaceMonth(MonthFiles(allOf: try #require(Month("2026-11"))))
    #expect(!unknown.contains("manifest says") && unknown.contains("BILLING_PERIOD=2026-11"))
  }

  @Test(arguments: WarehouseDialect.allCases)
  func aMonthWithoutChargesIsTakenAway(_ dialect: WarehouseDialect) throws {
    let month = MonthFiles(month: try #require(Month("2026-11")), paths: [], controlTotals: [:])
    let text = try statements(dialect).replaceMonth(month)
    #expect(text.contains("DELETE FROM") || text.contains("DROP"), "\(text)")
    #expect(!text.contains("INSERT"))
  }

  @Test func decimalsHaveTheDigitsThatTheDialectCanGive() throws {
    let names = ["BilledCost", "BillingPeriodStart", "ConsumedQuantity", "ListUnitPrice"]
    func table(_ dialect: WarehouseDialect, scale: Int? = nil) throws -> [Substring] {
      try statements(dialect, columns: names, scale: scale).createTable.split(separator: "\n").dropFirst()
        .prefix { $0.hasPrefix("  ") }
    }
    #expect(
      try table(.duckdb) == [
        "  BilledCost DECIMAL(38, 28) NOT NULL,", "  BillingPeriodStart TIMESTAMPTZ NOT NULL,",
        "  ConsumedQuantity DECIMAL(38, 20),", "  ListUnitPrice DECIMAL(38, 28)",
      ])
    #expect(
      try table(.snowflake, scale: 12) == [
        "  BilledCost NUMBER(38, 12) NOT NULL,", "  BillingPeriodStart TIMESTAMP_TZ NOT NULL,",
        "  ConsumedQuantity NUMBER(38, 20),", "  ListUnitPrice NUMBER(38, 12)",
      ])
    #expect(
      try table(.postgres) == [
        "  BilledCost numeric NOT NULL,", "  BillingPeriodStart timestamptz NOT NULL,",
        "  ConsumedQuantity numeric,", "  ListUnitPrice numeric",
      ])
    #expect(
      try table(.clickhouse) == [
        "  BilledCost Decimal(76, 38),", "  BillingPeriodStart DateTime('UTC'),",
        "  ConsumedQuantity Nullable(Decimal(76, 38)),", "  ListUnitPrice Nullable(Decimal(76, 38))",
      ])
  }

  @Test func filesAreNamedAsEachWarehouseReadsThem() throws {
    func load(_ dialect: WarehouseDialect, _ location: String) throws -> String {
      try statements(dialect, location: location).replaceMonth(try november())
    }
    #expect(try load(.duckdb, "s3://b/focus/").contains("'s3://b/focus/data/a.csv.gz',\n"))
    #expect(try load(.postgres, "/f").contains(#"PROGRAM 'gzip -dc "/f/data/b.csv.gz" | tail -n +2'"#))
    #expect(try load(.postgres, "s3://b").contains(#"'aws s3 cp "s3://b/data/a.csv.gz" - | gzip -dc |"#))
    #expect(try load(.clickhouse, "/f").contains("file('/f/{data/a.csv.gz,data/b.csv.gz}'"))
    #expect(try load(.clickhouse, "s3://b").contains("s3('s3://b/{data/a.csv.gz,"))
    #expect(try load(.bigquery, "gs://b").contains("'gs://b/data/b.csv.gz'\n"))
    #expect(
      try load(.snowflake, "@s/f").contains("FROM '@s/f/' FILES = ('data/a.csv.gz', 'data/b.csv.gz') "))
    #expect(try load(.redshift, "s3://b").components(of: "COPY unblended_staging") == 2)
    #expect(try load(.spark, "/f").contains("path '/f/{data/a.csv.gz,data/b.csv.gz}'"))
  }

  @Test func whatCannotBeWrittenIsRefused() throws {
    #expect(throws: WarehouseError.noBillingPeriod) { try statements(.duckdb, columns: ["BilledCost"]) }
    for name in ["", "a b", "a;drop", "a.b.c.d", "a..b", "1a", "é"] {
      #expect(throws: WarehouseError.tableName(name)) { try statements(.postgres, table: name) }
    }
    #expect(throws: Never.self) { try statements(.bigquery, table: "my-project.finance.costs") }
    for place in ["", "it's", "a\"b", "a\nb", "a$b", "a`b", "a{b", "a*"] {
      #expect(throws: WarehouseError.location(place)) { try statements(.spark, location: place) }
    }
    #expect(throws: WarehouseError.scale(36, dialect: "duckdb", allowed: 2...35)) {
      try statements(.duckdb, scale: 36)
    }
    #expect(throws: WarehouseError.scale(10, dialect: "postgres", allowed: nil)) {
      try statements(.postgres, scale: 10)
    }
  }
}

extension String {
  /// How often a text occurs.
  fileprivate func components(of text: String) -> Int {
    split(separator: text, omittingEmptySubsequences: false).count - 1
  }
}
