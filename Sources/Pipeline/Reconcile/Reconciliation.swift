import Spend
import Staging

/// A place that says what an organization's month came to.
public enum ReconciledSource: String, Sendable, CaseIterable, Encodable {
  /// The Costs API's own ungrouped total: `raw/…/dataset=costs_ungrouped`.
  case api
  /// The cost lines: `raw/…/dataset=costs`.
  case costLines = "cost_lines"
  /// The charges made from them: `normalized/`.
  case charges
  /// BilledCost in the delivered files: `focus/data/`.
  case delivered
  /// A CSV of OpenAI's dashboard.
  case dashboard
  /// Amount, credits and tax of the month's invoices.
  case invoice

  /// What it is held against: each difference is told once, where it arises.
  public var reference: ReconciledSource? {
    switch self {
    case .api: nil
    case .costLines, .dashboard: .api
    case .charges: .costLines
    case .delivered: .charges
    case .invoice: .delivered
    }
  }
}

/// What an organization's month came to, source beside source, and what explains the differences.
public struct Reconciliation: Sendable {
  public let month: Month
  /// Differences up to this size close.
  public let tolerance: ExactDecimal
  public var organizations: [Organization] = []

  /// Whether every organization closes.
  public var closes: Bool { organizations.allSatisfy(\.closes) }

  /// One organization.
  public struct Organization: Sendable {
    public let name: String
    public let id: String
    /// What is true of its days whatever the currency.
    public var lines: [Line] = []
    /// Currencies from A to Z; none where no source knows any money.
    public var accounts: [Account] = []

    public var closes: Bool { lines.allSatisfy { !$0.keepsOpen } && accounts.allSatisfy(\.closes) }
  }

  /// One organization's money in one currency. Currencies are never added together (C3).
  public struct Account: Sendable {
    public let currency: Currency
    public var figures: [Figure] = []
    public var lines: [Line] = []

    public var closes: Bool { lines.allSatisfy { !$0.keepsOpen } }
  }

  /// What one source says, and how far that is from the source it is held against.
  public struct Figure: Sendable {
    public let source: ReconciledSource
    /// Nil where the source knows none of the days.
    public let total: ExactDecimal?
    /// Total less the reference's; nil where there is nothing to hold it against.
    public let difference: ExactDecimal?
    /// The part of the difference that no line explains; nil as above.
    public let unexplained: ExactDecimal?
  }

  /// One thing that explains a difference, or that somebody who signs should know.
  public struct Line: Sendable {
    public enum Kind: String, Sendable, CaseIterable, Encodable {
      /// Days that no source has, or that one source lacks.
      case missingDay = "missing_day"
      /// A day on which two sources differ.
      case dayDiffers = "day_differs"
      /// Days that late usage may still change.
      case openDays = "open_days"
      /// Days that have not come yet.
      case futureDays = "future_days"
      /// Days whose attribution lacks something; their money is whole.
      case degradedDays = "degraded_days"
      /// Days whose control total is the CSV's own.
      case csvControl = "csv_control"
      /// Rows of the dashboard's CSV outside of the month.
      case otherDays = "other_days"
      /// Charges below 0 among all others.
      case creditCharges = "credit_charges"
      case withoutProject = "without_project"
      /// Credits of the invoice.
      case credits
      case tax
      /// To the smallest unit of the currency.
      case rounding
      case missingInvoice = "missing_invoice"
      case unexplained
    }
    public let kind: Kind
    /// The figure whose difference it belongs to; nil where it belongs to none.
    public let source: ReconciledSource?
    public let days: DayRange?
    /// Part of the difference; of lines without a source, how much money is meant. Nil where nobody can know.
    public let amount: ExactDecimal?
    /// Whether this keeps the month from closing.
    public let keepsOpen: Bool
    /// For a person: what it is, and what to do.
    public let text: String

    init(
      _ kind: Kind, _ source: ReconciledSource? = nil, days: DayRange? = nil, amount: ExactDecimal? = nil,
      keepsOpen: Bool = false, _ text: String
    ) {
      self.kind = kind
      self.source = source
      self.days = days
      self.amount = amount
      self.keepsOpen = keepsOpen
      self.text = text
    }
  }
}

extension DayRange {
  /// `2026-10-03`, or `2026-10-03 to 2026-10-05`, the last day included.
  public var text: String {
    let last = to.advanced(by: -1)
    return from == last ? "\(from)" : "\(from) to \(last)"
  }

  /// Days as runs without gaps.
  static func runs(_ days: some Sequence<Day>) -> [DayRange] {
    var runs: [DayRange] = []
    for day in days.sorted() {
      if let last = runs.last, last.to == day {
        runs[runs.count - 1] = DayRange(from: last.from, to: day.next)
      } else {
        runs.append(DayRange(from: day, to: day.next))
      }
    }
    return runs
  }
}
