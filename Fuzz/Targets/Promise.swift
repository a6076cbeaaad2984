import Diagnostics
import Glibc
import Spend

@testable import OpenAIAdmin

/// One line to standard error.
func say(_ text: String) {
  let bytes = Array((text + "\n").utf8)
  _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
}

/// Ends the process, so that libFuzzer keeps the input.
func broken(_ promise: String) -> Never {
  say("\(FuzzTarget.selected.rawValue): broken promise: \(promise)")
  abort()
}

/// What a reader promises of every input.
func promise(_ holds: Bool, _ what: @autoclosure () -> String) {
  if !holds { broken(what()) }
}

/// What `body` reads, or nil where it refuses the input as it should: with a typed error that says something, on
/// at most a few screens.
func reading<Value>(_ body: () throws -> Value) -> Value? {
  do { return try body() } catch {
    let text = refusal(error)
    promise(!text.isEmpty, "an error of type \(type(of: error)) says nothing")
    promise(text.utf8.count < 1 << 16, "an error of \(text.utf8.count) bytes: \(text.prefix(200))")
    return nil
  }
}

/// The words of an error that may leave a reader.
func refusal(_ error: any Error) -> String {
  switch error {
  case let error as any RecoverableError: return error.description
  // These two get their place from whoever reads the file or page, and are never seen without.
  case let line as RefusedLine: return line.reason
  case let defect as PageDefect: return defect.reason
  default: broken("\(type(of: error)) is no RecoverableError: \(error)")
  }
}

/// The parts of an input between separators, at most `limit` of them.
func parts(
  _ input: UnsafeBufferPointer<UInt8>, separator: UInt8, limit: Int
) -> [UnsafeBufferPointer<UInt8>] {
  input.split(separator: separator, maxSplits: limit - 1, omittingEmptySubsequences: false)
    .map { UnsafeBufferPointer(rebasing: $0) }
}
