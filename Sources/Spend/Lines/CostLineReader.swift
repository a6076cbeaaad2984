import JSONReader

/// Reads cost lines from the result objects of the Costs API.
public struct CostLineReader {
  /// How an amount was missing: its money is zero, and counted (promise 3).
  public private(set) var missingAmounts = 0

  public init() {}

  /// Reads one line of a raw `costs` partition.
  /// - Throws: ``RefusedLine`` for an amount, quantity or currency that cannot be read exactly (DESIGN C2, C3)
  ///   and for a dimension that is neither text nor null.
  public mutating func read(_ line: JSONValue) throws -> CostLine {
    let result = try RawLine.result(of: line)
    let (amount, currency) = try money(result)
    return CostLine(
      amount: amount, currency: currency,
      lineItem: try text("line_item", of: result), projectID: try text("project_id", of: result),
      apiKeyID: try text("api_key_id", of: result), userID: try text("user_id", of: result),
      quantity: try result["quantity"].flatMap { try decimal($0, "quantity") },
      quantityUnit: try text("quantity_unit", of: result),
      projectName: result["project_name"]?.string, userEmail: result["user_email"]?.string,
      organizationID: result["organization_id"]?.string)
  }

  /// Amount and currency of a row, grouped or not.
  public mutating func money(_ result: JSONValue) throws -> (ExactDecimal, Currency) {
    guard let amount = result["amount"], !amount.isNull else {
      throw RefusedLine(reason: "amount is missing, so its currency is unknown")
    }
    guard amount.kind == .object else {
      throw RefusedLine(reason: "amount is no object of value and currency, so its currency is unknown")
    }
    guard let currencyText = amount["currency"], !currencyText.isNull else {
      throw RefusedLine(reason: "amount.currency is missing")
    }
    guard let currencyName = currencyText.string else {
      throw RefusedLine(reason: "amount.currency is no text")
    }
    let currency: Currency
    do { currency = try Currency(parsing: currencyName) } catch {
      throw RefusedLine(reason: "amount.currency: \(error)")
    }
    guard let value = amount["value"], let decimal = try decimal(value, "amount.value") else {
      missingAmounts += 1
      return (0, currency)
    }
    return (decimal, currency)
  }

  /// A number or a text that holds one; nil for null.
  private func decimal(_ value: JSONValue, _ name: String) throws -> ExactDecimal? {
    switch value.kind {
    case .null: return nil
    case .number, .string:
      do { return try ExactDecimal(parsing: value.bytes) } catch {
        throw RefusedLine(reason: "\(name): \(error)")
      }
    default: throw RefusedLine(reason: "\(name) is neither a number nor text")
    }
  }

  /// A dimension: text, or nil for null, absent and empty.
  private func text(_ name: StaticString, of result: JSONValue) throws -> String? {
    guard let value = result[name], !value.isNull else { return nil }
    guard let text = value.string else { throw RefusedLine(reason: "\(name) is neither text nor null") }
    return text.isEmpty ? nil : text
  }
}
