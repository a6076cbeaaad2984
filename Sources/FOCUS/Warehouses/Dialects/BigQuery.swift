extension DialectForm {
  /// BigQuery: files are read into a temporary table of text, and the month is replaced in a transaction.
  static let bigQuery = DialectForm(
    decimals: .fixed(type: "BIGNUMERIC", scale: 38), string: "STRING", dateTime: "TIMESTAMP", json: "JSON",
    rawType: "STRING", convertDateTime: "CAST({} AS TIMESTAMP)",
    // Numbers in JSON with more digits than a binary floating point number are shares, not money.
    convertJSON: "PARSE_JSON(NULLIF({}, ''), wide_number_mode => 'round')",
    convertExact: "CAST(IF(LENGTH({}) - STRPOS({}, '.') <= {scale}, NULLIF({}, ''),"
      + " CONCAT({}, ' has more digits than {} {type} can hold')) AS {type})",
    tableName: "`{}`", files: .quoted(all: "/*.csv.gz"), placeholder: "gs://BUCKET/focus",
    table: """
      CREATE TABLE IF NOT EXISTS {{table}} (
        {{definition}},
      )
      PARTITION BY TIMESTAMP_TRUNC(BillingPeriodStart, MONTH)
      CLUSTER BY {{sort_key}};
      """,
    load: """
      LOAD DATA OVERWRITE TEMP TABLE unblended_staging (
        {{raw_definition}},
      )
      FROM FILES (
        format = 'CSV', skip_leading_rows = 1, allow_quoted_newlines = TRUE,
        uris = [
          {{file}},
        ]
      );
      CREATE TEMP TABLE unblended_typed AS
      SELECT
        {{conversion}},
      FROM unblended_staging;
      {{control}}
      BEGIN TRANSACTION;
      DELETE FROM {{table}} WHERE BillingPeriodStart = TIMESTAMP '{{start}}';
      INSERT INTO {{table}} ({{columns}})
      SELECT {{columns}} FROM unblended_typed;
      COMMIT TRANSACTION;
      """,
    control: """
      ASSERT (SELECT IFNULL(SUM(BilledCost), 0) = BIGNUMERIC '{{total}}' FROM unblended_typed WHERE BillingCurrency = '{{currency}}')
        AS '{{currency}}: the sum is not that of the manifest, {{total}}';
      """,
    clear: "DELETE FROM {{table}} WHERE BillingPeriodStart = TIMESTAMP '{{start}}';")
}
