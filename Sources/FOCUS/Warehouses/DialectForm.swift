/// What one SQL dialect differs in: types, how text becomes a value, and the statements as a template.
///
/// Files are read as text and converted with checks of our own, because most warehouses round or cut what does not fit
/// a decimal column without a word.
///
/// In conversions `{}` stands for the column, `{type}` for its type and `{scale}` for its digits behind the point; for
/// the names of a template's values see ``WarehouseStatements``.
struct DialectForm: Sendable {
  let decimals: DecimalForm
  let string: String
  let dateTime: String
  let json: String
  /// Put around the type of a column that can be null, e.g. `Nullable({})`.
  var nullable = "{}"
  /// Behind the type of a column that cannot.
  var notNull = " NOT NULL"
  /// The type of a column while it is still text.
  var rawType: String
  /// The same for a column of JSON, where that may be longer.
  var rawJSON: String?
  /// How a column of text is declared, e.g. `'{}': 'VARCHAR'`.
  var rawDefinition = "{} {type}"

  var convertText = "NULLIF({}, '')"
  let convertDateTime: String
  let convertJSON: String
  /// A value without more digits than the column has, or text that cannot be cast: then the load fails and the
  /// message has the value.
  let convertExact: String
  /// A value that may be rounded.
  var convertRounded = "CAST(NULLIF({}, '') AS {type})"
  /// Names a converted column.
  var alias = " AS {}"

  /// The table's name, e.g. in back quotes.
  var tableName = "{}"
  /// How a file's path is written.
  let files: FileForm
  /// Where files are, if the service cannot read the output's own folder.
  var placeholder: String?

  /// Creates the table.
  let table: String
  /// Replaces one month by files.
  let load: String
  /// Compares the sum of one currency in what was read with the manifest, and fails where they differ. Stands where
  /// `load` says `{{control}}`.
  let control: String
  /// Takes a month away that has no charges any more.
  let clear: String

  /// How the files of a month are written down.
  enum FileForm: Sendable {
    /// One text in quotes for each file; `all` is what stands for all CSV files behind a month's folder.
    case quoted(all: String)
    /// All in one text: `folder/{one,other}`, read by the warehouse as a pattern.
    case braces
    /// Relative to the location, in groups of so many.
    case relative(groupsOf: Int)
    /// A shell command that prints the file unpacked and without its header, in quotes.
    case program
  }
}
