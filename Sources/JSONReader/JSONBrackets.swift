internal import CScan

/// Goes from bracket to bracket of a text of JSON, curly and square ones, and past those inside of texts.
///
/// Hot path: the bytes between are looked at 64 at a time. Whether the text is JSON at all is for ``JSONParser`` to say.
public struct JSONBrackets: ~Copyable {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var state = cscan_json()
  private let marks = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: piece + Int(CSCAN_SLACK))
  private var found = 0
  private var next = 0
  /// Where the piece begins that the marks are of, and where the next one does.
  private var start = 0
  private var searched = 0

  /// How much is searched at once: a multiple of 64.
  private static let piece = 1 << 14

  /// - Parameter bytes: have to outlive this.
  public init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  deinit { marks.deallocate() }

  /// False where there is no line feed or carriage return in the text: known only once all of it was searched.
  public var mayHoldLineBreak: Bool { state.breaks != 0 || searched < bytes.count }

  /// Where the next bracket stands; nil where there is none.
  @inline(__always)
  public mutating func position() -> Int? {
    while next == found { if !search() { return nil } }
    defer { next += 1 }
    return start + Int(marks[next])
  }

  private mutating func search() -> Bool {
    guard searched < bytes.count, let base = bytes.baseAddress, let marks = marks.baseAddress else {
      return false
    }
    let count = min(Self.piece, bytes.count - searched)
    found = cscan_json_brackets(base + searched, count, marks, &state)
    (next, start) = (0, searched)
    searched += count
    return true
  }
}
