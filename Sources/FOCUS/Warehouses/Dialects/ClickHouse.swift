extension DialectForm {
  /// ClickHouse: a month is a partition, replaced in one step by that of a table beside it.
  ///
  /// JSON stays text: the JSON type reads numbers as binary floating point.
  static let clickHouse = DialectForm(
    decimals: .fixed(type: "Decimal(76, 38)", scale: 38), string: "String", dateTime: "DateTime('UTC')",
    json: "String", nullable: "Nullable({})", notNull: "", rawType: "Nullable(String)",
    convertText: "nullIf({}, '')", convertDateTime: "parseDateTimeBestEffort({}, 'UTC')",
    convertJSON: "nullIf({}, '')",
    convertExact: "CAST(if(length({}) - position({}, '.') <= {scale}, nullIf({}, ''),"
      + " concat({}, ' has more digits than {} {type} can hold')) AS Nullable({type}))",
    convertRounded: "CAST(nullIf({}, '') AS Nullable({type}))", alias: "",
    files: .braces,
    table: """
      CREATE TABLE IF NOT EXISTS {{table}} (
        {{definition}},
      ) ENGINE = MergeTree
      PARTITION BY toYYYYMM(BillingPeriodStart, 'UTC')
      ORDER BY ({{sort_key}});
      """,
    load: """
      DROP TABLE IF EXISTS {{table}}_staging;
      CREATE TABLE {{table}}_staging AS {{table}};
      INSERT INTO {{table}}_staging ({{columns}})
      SELECT
        {{conversion}},
      FROM {{source}}({{file}}, 'CSVWithNames', '{{raw_definitions}}');
      {{control}}
      ALTER TABLE {{table}} REPLACE PARTITION {{month_number}} FROM {{table}}_staging;
      DROP TABLE {{table}}_staging;
      """,
    control: """
      SELECT throwIf(sum(BilledCost) <> CAST('{{total}}' AS {{amount_type}}), '{{currency}}: the sum is not that of the manifest, {{total}}')
      FROM {{table}}_staging WHERE BillingCurrency = '{{currency}}';
      """,
    clear: "ALTER TABLE {{table}} DROP PARTITION {{month_number}};")
}
