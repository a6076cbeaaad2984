import Diagnostics

/// A staged file is not what its record says, or cannot be read as what it is: nobody may use it.
public struct CorruptFile: RecoverableError, Equatable {
  /// Key of the file in its store.
  public let path: String
  public let reason: String

  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  public var recovery: Recovery { .refuseData }
  public var description: String { "\(path): \(reason)" }
}

/// The operating system refused to read or write.
public struct StorageFailure: RecoverableError, Equatable {
  public let path: String
  /// What was tried, e.g. `write`.
  public let operation: String
  /// The `errno` value.
  public let code: Int32
  public let recovery: Recovery

  public init(path: String, operation: String, code: Int32, recovery: Recovery = .checkStorage) {
    self.path = path
    self.operation = operation
    self.code = code
    self.recovery = recovery
  }

  public var description: String { "cannot \(operation) \(path): \(SystemErrorText.of(code))" }
}

/// Another run holds the output.
public struct OutputLocked: RecoverableError, Equatable {
  public let path: String
  public var recovery: Recovery { .retryLater }
  public var description: String {
    "another run is writing to this output (\(path) is locked); try again when it has ended"
  }
}
