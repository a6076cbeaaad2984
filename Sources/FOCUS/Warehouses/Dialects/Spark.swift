extension DialectForm {
  /// Spark SQL: a month is a partition of its own column, overwritten by one statement.
  ///
  /// Partitioned by a text: a date-time in a path would be read in the time zone of whoever reads it.
  static let spark = DialectForm(
    decimals: .scaled(type: "DECIMAL"), string: "STRING", dateTime: "TIMESTAMP", json: "STRING", notNull: "",
    rawType: "STRING", convertDateTime: "CAST({} AS TIMESTAMP)", convertJSON: "NULLIF({}, '')",
    convertExact: "CAST(CASE WHEN LENGTH(SPLIT_PART({}, '.', 2)) <= {scale} THEN NULLIF({}, '')"
      + " ELSE {} || ' has more digits than {} {type} can hold' END AS {type})",
    files: .braces,
    table: """
      CREATE TABLE IF NOT EXISTS {{table}} (
        BILLING_PERIOD STRING,
        {{definition}},
      ) USING parquet
      PARTITIONED BY (BILLING_PERIOD);
      """,
    load: """
      SET spark.sql.ansi.enabled = true;
      CREATE OR REPLACE TEMPORARY VIEW unblended_staging (
        {{raw_definition}},
      ) USING csv OPTIONS (
        header 'true', enforceSchema 'false', multiLine 'true', quote '"', escape '"', mode 'FAILFAST',
        path {{file}}
      );
      {{control}}
      INSERT OVERWRITE TABLE {{table}} PARTITION (BILLING_PERIOD = '{{month}}')
      SELECT
        {{conversion}},
      FROM unblended_staging;
      """,
    control: """
      SELECT CASE WHEN COALESCE(SUM(CAST(BilledCost AS {{amount_type}})), 0) = CAST('{{total}}' AS {{amount_type}}) THEN 'equal'
        ELSE RAISE_ERROR('{{currency}}: the sum is not that of the manifest, {{total}}') END AS control_total
      FROM unblended_staging WHERE BillingCurrency = '{{currency}}';
      """,
    clear: "ALTER TABLE {{table}} DROP IF EXISTS PARTITION (BILLING_PERIOD = '{{month}}');")
}
