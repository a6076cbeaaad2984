extension DialectForm {
  /// DuckDB: an error anywhere between BEGIN and COMMIT takes all of it back.
  static let duckDB = DialectForm(
    decimals: .scaled(type: "DECIMAL"), string: "VARCHAR", dateTime: "TIMESTAMPTZ", json: "JSON",
    rawType: "VARCHAR", rawDefinition: "'{}': '{type}'",
    convertDateTime: "CAST({} AS TIMESTAMPTZ)", convertJSON: "CAST(NULLIF({}, '') AS JSON)",
    convertExact: "CAST(CASE WHEN length(split_part({}, '.', 2)) <= {scale} THEN NULLIF({}, '')"
      + " ELSE {} || ' has more digits than {} {type} can hold' END AS {type})",
    files: .quoted(all: "/*/*.csv.gz"),
    table: """
      CREATE TABLE IF NOT EXISTS {{table}} (
        {{definition}},
      );
      """,
    load: """
      BEGIN TRANSACTION;
      CREATE OR REPLACE TEMPORARY TABLE unblended_staging AS
      SELECT
        {{conversion}},
      FROM read_csv(
        [
          {{file}},
        ],
        header = true, auto_detect = false, max_line_size = 16777216, delim = ',', quote = '"', escape = '"', new_line = '\\n',
        columns = {
          {{raw_definition}},
        });
      {{control}}
      DELETE FROM {{table}} WHERE BillingPeriodStart = TIMESTAMPTZ '{{start}}';
      INSERT INTO {{table}} ({{columns}})
      SELECT {{columns}} FROM unblended_staging;
      DROP TABLE unblended_staging;
      COMMIT;
      """,
    control: """
      SELECT CASE WHEN coalesce(sum(BilledCost), 0) = CAST('{{total}}' AS {{amount_type}}) THEN 'equal'
        ELSE error('{{currency}}: the sum is ' || coalesce(sum(BilledCost), 0)::VARCHAR || ', the manifest says {{total}}') END AS control_total
      FROM unblended_staging WHERE BillingCurrency = '{{currency}}';
      """,
    clear: "DELETE FROM {{table}} WHERE BillingPeriodStart = TIMESTAMPTZ '{{start}}';")
}
