import JSONReader
import Staging

/// The form of `usage.csv.gz`: every row of every usage service with all its dimensions and measures, as the
/// API counted them.
///
/// Usage adds no money (DESIGN, section 1); usage without a cost line lives here only (C13).
public enum UsageFile {
  public static let name = "usage.csv.gz"

  public static let dimensions = UsageDimension.allCases.map(\.rawValue)
  public static let measures = UsageMeasure.allCases.map(\.rawValue)

  /// `service` first, then dimensions and measures, then whether the token kinds add up (`token_check`) and,
  /// as one JSON object, the fields that this version does not know (`other_fields`).
  public static let header = ["service"] + dimensions + measures + ["token_check", "other_fields"]
}
