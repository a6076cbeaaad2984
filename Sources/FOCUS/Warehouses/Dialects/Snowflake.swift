extension DialectForm {
  /// Snowflake: files of a stage are read into a temporary table of text, and the month is replaced in a transaction.
  static let snowflake = DialectForm(
    decimals: .scaled(type: "NUMBER"), string: "VARCHAR", dateTime: "TIMESTAMP_TZ", json: "VARIANT",
    rawType: "VARCHAR", convertDateTime: "TO_TIMESTAMP_TZ({})", convertJSON: "PARSE_JSON(NULLIF({}, ''))",
    convertExact: "CAST(IFF(LENGTH(SPLIT_PART({}, '.', 2)) <= {scale}, NULLIF({}, ''),"
      + " {} || ' has more digits than {} {type} can hold') AS {type})",
    // A COPY takes a thousand names.
    files: .relative(groupsOf: 1000), placeholder: "@STAGE/focus",
    table: """
      CREATE TABLE IF NOT EXISTS {{table}} (
        {{definition}},
      );
      """,
    load: """
      CREATE OR REPLACE TEMPORARY TABLE unblended_staging (
        {{raw_definition}},
      );
      COPY INTO unblended_staging FROM '{{location}}/' {{file}} FILE_FORMAT = (TYPE = CSV COMPRESSION = GZIP SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = '"' EMPTY_FIELD_AS_NULL = TRUE) ON_ERROR = ABORT_STATEMENT;
      CREATE OR REPLACE TEMPORARY TABLE unblended_typed AS
      SELECT
        {{conversion}},
      FROM unblended_staging;
      {{control}}
      BEGIN TRANSACTION;
      DELETE FROM {{table}} WHERE BillingPeriodStart = TO_TIMESTAMP_TZ('{{start}}');
      INSERT INTO {{table}} ({{columns}})
      SELECT {{columns}} FROM unblended_typed;
      COMMIT;
      """,
    control: """
      SELECT CASE WHEN COALESCE(SUM(BilledCost), 0) = CAST('{{total}}' AS {{amount_type}}) THEN 0
        ELSE CAST('{{currency}}: the sum is ' || COALESCE(SUM(BilledCost), 0) || ', the manifest says {{total}}' AS NUMBER) END AS control_total
      FROM unblended_typed WHERE BillingCurrency = '{{currency}}';
      """,
    clear: "DELETE FROM {{table}} WHERE BillingPeriodStart = TO_TIMESTAMP_TZ('{{start}}');")
}
