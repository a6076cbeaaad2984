extension DialectForm {
  /// PostgreSQL's numeric has no fixed number of digits. Run by psql: `\copy` reads files where psql runs, and an
  /// error anywhere between BEGIN and COMMIT takes all of it back.
  static let postgreSQL = DialectForm(
    decimals: .unlimited(type: "numeric"), string: "text", dateTime: "timestamptz", json: "jsonb",
    rawType: "text", convertDateTime: "{}", convertJSON: "{}", convertExact: "{}",
    files: .program,
    table: """
      CREATE TABLE IF NOT EXISTS {{table}} (
        {{definition}},
      );
      CREATE INDEX IF NOT EXISTS {{index}} ON {{table}} (BillingPeriodStart);
      """,
    load: """
      \\set ON_ERROR_STOP on
      BEGIN;
      DELETE FROM {{table}} WHERE BillingPeriodStart = TIMESTAMPTZ '{{start}}';
      \\copy {{table}} ({{columns}}) FROM PROGRAM {{file}} WITH (FORMAT csv)
      {{control}}
      COMMIT;
      """,
    control: """
      DO $$ DECLARE total numeric; BEGIN
        SELECT coalesce(sum(BilledCost), 0) INTO total FROM {{table}}
        WHERE BillingPeriodStart = TIMESTAMPTZ '{{start}}' AND BillingCurrency = '{{currency}}';
        IF total <> {{total}} THEN
          RAISE EXCEPTION '{{currency}}: the sum is %, the manifest says {{total}}', total;
        END IF;
      END $$;
      """,
    clear: "DELETE FROM {{table}} WHERE BillingPeriodStart = TIMESTAMPTZ '{{start}}';")
}
