extension DialectForm {
  /// Amazon Redshift: files are read into a temporary table of text, because COPY cuts digits that do not fit; an error
  /// anywhere between BEGIN and COMMIT takes all of it back.
  static let redshift = DialectForm(
    decimals: .scaled(type: "DECIMAL"), string: "VARCHAR(4096)", dateTime: "TIMESTAMPTZ", json: "SUPER",
    rawType: "VARCHAR(4096)", rawJSON: "VARCHAR(65535)", convertDateTime: "CAST({} AS TIMESTAMPTZ)",
    convertJSON: "JSON_PARSE(NULLIF({}, ''))",
    convertExact: "CAST(CASE WHEN LEN(SPLIT_PART({}, '.', 2)) <= {scale} THEN NULLIF({}, '')"
      + " ELSE {} || ' has more digits than {} {type} can hold' END AS {type})",
    files: .quoted(all: "/"), placeholder: "s3://BUCKET/focus",
    table: """
      CREATE TABLE IF NOT EXISTS {{table}} (
        {{definition}},
      )
      SORTKEY ({{sort_key}});
      """,
    load: """
      BEGIN;
      CREATE TEMPORARY TABLE unblended_staging (
        {{raw_definition}},
      );
      COPY unblended_staging ({{columns}}) FROM {{file}} IAM_ROLE default FORMAT AS CSV GZIP IGNOREHEADER 1;
      CREATE TEMPORARY TABLE unblended_typed AS
      SELECT
        {{conversion}},
      FROM unblended_staging;
      {{control}}
      DELETE FROM {{table}} WHERE BillingPeriodStart = TIMESTAMPTZ '{{start}}';
      INSERT INTO {{table}} ({{columns}})
      SELECT {{columns}} FROM unblended_typed;
      DROP TABLE unblended_staging;
      DROP TABLE unblended_typed;
      COMMIT;
      """,
    control: """
      SELECT CASE WHEN COALESCE(SUM(BilledCost), 0) = CAST('{{total}}' AS {{amount_type}}) THEN 0
        ELSE CAST('{{currency}}: the sum is ' || CAST(COALESCE(SUM(BilledCost), 0) AS VARCHAR) || ', the manifest says {{total}}' AS INTEGER) END AS control_total
      FROM unblended_typed WHERE BillingCurrency = '{{currency}}';
      """,
    clear: "DELETE FROM {{table}} WHERE BillingPeriodStart = TIMESTAMPTZ '{{start}}';")
}
