import Pipeline
import Spend
import Staging

/// The JSON form of a reconciliation. Amounts are exact text.
struct ReconcileJSON: Encodable {
  struct Organization: Encodable {
    var organization: String
    var billingAccountID: String
    var closes: Bool
    var lines: [Line]
    var accounts: [Account]

    enum CodingKeys: String, CodingKey {
      case organization, closes, lines, accounts
      case billingAccountID = "billing_account_id"
    }
  }
  struct Account: Encodable {
    var currency: String
    var closes: Bool
    var figures: [Figure]
    var lines: [Line]
  }
  struct Figure: Encodable {
    var source: ReconciledSource
    var total: String?
    var heldAgainst: ReconciledSource?
    var difference: String?
    var unexplained: String?

    enum CodingKeys: String, CodingKey {
      case source, total, difference, unexplained
      case heldAgainst = "held_against"
    }
  }
  struct Line: Encodable {
    var what: Reconciliation.Line.Kind
    var source: ReconciledSource?
    /// Both inclusive.
    var firstDay: String?
    var lastDay: String?
    var amount: String?
    var keepsOpen: Bool
    var text: String

    enum CodingKeys: String, CodingKey {
      case what, source, amount, text
      case firstDay = "first_day"
      case lastDay = "last_day"
      case keepsOpen = "keeps_open"
    }

    init(_ line: Reconciliation.Line) {
      what = line.kind
      source = line.source
      firstDay = line.days?.from.description
      lastDay = line.days?.to.advanced(by: -1).description
      amount = line.amount?.description
      keepsOpen = line.keepsOpen
      text = line.text
    }
  }

  var month: String
  var tolerance: String
  var closes: Bool
  var organizations: [Organization]

  init(_ result: Reconciliation) {
    month = result.month.description
    tolerance = result.tolerance.description
    closes = result.closes
    organizations = result.organizations.map { organization in
      Organization(
        organization: organization.name, billingAccountID: organization.id, closes: organization.closes,
        lines: organization.lines.map(Line.init),
        accounts: organization.accounts.map { account in
          Account(
            currency: account.currency.code, closes: account.closes,
            figures: account.figures.map { figure in
              Figure(
                source: figure.source, total: figure.total?.description,
                heldAgainst: figure.source.reference, difference: figure.difference?.description,
                unexplained: figure.unexplained?.description)
            }, lines: account.lines.map(Line.init))
        })
    }
  }
}
