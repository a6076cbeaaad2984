import Diagnostics

/// The exit codes of every command (DESIGN, section 3; sysexits).
extension Recovery {
  public var exitCode: Int32 {
    switch self {
    case .mendUsage: 64
    case .refuseData: 65
    case .serviceDown: 69
    case .reportBug: 70
    case .mendOutput: 73
    case .checkStorage: 74
    case .retryLater: 75
    case .mendPermission: 77
    case .mendConfiguration: 78
    }
  }

  /// The worst of several is the run's: first what needs a person, last what time may heal.
  var severity: Int {
    switch self {
    case .reportBug: 9
    case .mendUsage: 8
    case .mendConfiguration: 7
    case .mendPermission: 6
    case .refuseData: 5
    case .mendOutput: 4
    case .checkStorage: 3
    case .serviceDown: 2
    case .retryLater: 1
    }
  }

  /// The worst, or nil for none.
  public static func worst(_ all: some Sequence<Recovery>) -> Recovery? {
    all.max { $0.severity < $1.severity }
  }
}
