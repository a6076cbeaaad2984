import Spend
import Staging

/// Makes the spreadsheet's rows of one organization's day.
///
/// Hot path: what charges of a group have in common is written once and copied, names and numbers are copied as they
/// stand in the charge's record, and only a name that may look like a formula is read.
struct SpreadsheetRows {
  static let headings = [
    "Date", "Organization", "Project", "Service", "Model", "Token type", "User", "API key", "Quantity",
    "Unit",
    "Unblended Cost", "Currency",
  ]

  /// Date and organization.
  private let place: [UInt8]
  private var lineItems: [String: LineItem] = [:]
  /// Of the last charge, see ``ChargeRecord/group``.
  private var group = 0
  /// What its rows begin with: everything up to the token type.
  private var start: [UInt8] = []
  private var unit: [UInt8] = []
  /// What its rows end with.
  private var end: [UInt8] = []

  init(day: Day, organization: String) {
    place = Self.fields([day.description, Self.defused(organization)])
  }

  /// Appends one charge as a row with its line feed.
  mutating func append(_ charge: ChargeRecord, to out: inout ByteBuffer) {
    if charge.group == 0 || charge.group != group { begin(charge) }
    out.append(start)
    Self.append([.principalName, .principalEmail, .principalID], of: charge, to: &out)
    Self.append([.apiKeyName, .apiKeyID], of: charge, to: &out)
    Self.append(.quantity, of: charge, to: &out)
    if !charge.isNull(.quantity) { out.append(unit) }
    out.append(UInt8(ascii: ","))
    Self.append(.amount, of: charge, to: &out)
    out.append(end)
  }

  private mutating func begin(_ charge: ChargeRecord) {
    group = charge.group
    let text = charge.text(.lineItem)
    let lineItem = text.map { text in
      let known = lineItems[text] ?? LineItem(text)
      lineItems[text] = known
      return known
    }
    start =
      place
      + Self.fields([
        Self.defused(charge.text(.projectName) ?? charge.text(.projectID)), "OpenAI API",
        Self.defused(lineItem?.model),
        Self.defused(lineItem?.kind == nil ? text : lineItem?.skuMeter),
      ])
    let measure = Measure(unit: charge.text(.quantityUnit), lineItem: lineItem)
    unit = Array(Self.fields([measure.consumedUnit]).dropLast())
    end = Array("\(charge.currency.code)\n".utf8)
  }

  /// Fields with a comma behind each.
  private static func fields(_ texts: [String?]) -> [UInt8] {
    var row = CSVRow()
    for text in texts { row.append(text) }
    return row.bytes + [UInt8(ascii: ",")]
  }

  /// The first of some names that there is, and a comma.
  private static func append(
    _ names: [ChargeRecord.Field], of charge: ChargeRecord, to out: inout ByteBuffer
  ) {
    if let name = names.first(where: { !charge.isNull($0) }) {
      if mayBeFormula(charge.verbatim(name)) {
        CSVRow.append(defused(charge.text(name)) ?? "", to: &out)
      } else {
        charge.append(name, to: &out)
      }
    }
    out.append(UInt8(ascii: ","))
  }

  /// A number and a comma. Whole numbers have a fraction `.0` in the record and none here.
  private static func append(
    _ number: ChargeRecord.Field, of charge: ChargeRecord, to out: inout ByteBuffer
  ) {
    let bytes = charge.verbatim(number)
    if let start = bytes.baseAddress {
      let isWhole =
        bytes.count > 2 && bytes[bytes.count - 1] == UInt8(ascii: "0")
        && bytes[bytes.count - 2] == UInt8(ascii: ".")
      out.append(start, count: bytes.count - (isWhole ? 2 : 0))
    }
    out.append(UInt8(ascii: ","))
  }

  /// Scalars that a spreadsheet program takes for the start of a formula.
  private static let formulaStarts: [Unicode.Scalar] = [
    "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
  ]

  /// A spreadsheet program runs what starts like a formula; an apostrophe makes it text.
  static func defused(_ text: String?) -> String? {
    guard let text, let first = text.unicodeScalars.first else { return text }
    return formulaStarts.contains(first) ? "'" + text : text
  }

  /// Whether a field of a file has to be read to know; quoted ones always have.
  private static func mayBeFormula(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
    switch field.first {
    case UInt8(ascii: "\""), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"),
      0x09, 0x0A, 0x0D, 0xEF:
      true
    default: false
    }
  }
}
