import CIgzip
import Diagnostics

/// Compresses bytes as they come into one gzip member, without name or time, so that the same bytes
/// always give the same file (DESIGN, section 5).
///
/// Hot path: ISA-L compresses several times as fast as zlib. It is handed blocks of one size, however the bytes
/// come, because what it writes may depend on where its input is cut.
public final class GzipEncoder {
  private let handle: OpaquePointer
  private var output: [UInt8] = []
  private let block: UnsafeMutablePointer<UInt8>
  private var filled = 0
  /// Uncompressed bytes taken so far.
  public private(set) var bytesIn = 0

  /// How many bytes are compressed at once.
  public static let blockSize = 1 << 18
  /// The fastest, and of those that are fast the only one whose bytes follow from the input alone: 1 and 2 hash a
  /// piece of the address at which the encoder lies before the last bytes of a file, and 3 takes four times as long.
  private static let level: Int32 = 0

  /// - Throws: ``CompressionFailure`` if there is no memory.
  public init() throws {
    guard let handle = cigzip_encoder_create(Self.level) else { throw CompressionFailure(code: 0) }
    self.handle = handle
    block = .allocate(capacity: Self.blockSize)
  }

  deinit {
    cigzip_encoder_free(handle)
    block.deallocate()
  }

  public func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBufferPointer { try append($0) }
  }

  public func append(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    guard var next = bytes.baseAddress else { return }
    bytesIn += bytes.count
    var left = bytes.count
    while left > 0 {
      if filled == 0, left >= Self.blockSize {
        // A whole block is compressed where it lies.
        try compress(next, count: Self.blockSize, isLast: false)
        next += Self.blockSize
        left -= Self.blockSize
        continue
      }
      let count = min(left, Self.blockSize - filled)
      (block + filled).update(from: next, count: count)
      filled += count
      next += count
      left -= count
      if filled == Self.blockSize {
        try compress(block, count: filled, isLast: false)
        filled = 0
      }
    }
  }

  /// Ends the member and returns all compressed bytes; the encoder is spent afterwards.
  public func finish() throws -> [UInt8] {
    try compress(block, count: filled, isLast: true)
    filled = 0
    defer { output = [] }
    return output
  }

  /// Compresses one byte string.
  public static func compress(_ bytes: [UInt8]) throws -> [UInt8] {
    let encoder = try GzipEncoder()
    try encoder.append(bytes)
    return try encoder.finish()
  }

  private func compress(_ input: UnsafePointer<UInt8>, count: Int, isLast: Bool) throws {
    var offset = 0
    var status: Int32 = 0
    repeat {
      let room = 1 << 16
      var taken = 0
      var written = 0
      // Compressed in place behind what is there: a copy of each piece would cost as much as reading it.
      output.append(addingCapacity: room) { spare in
        status = cigzip_encode(
          handle, input + offset, count - offset, isLast ? 1 : 0, spare, room, &taken, &written)
        return written
      }
      guard status >= 0 else { throw CompressionFailure(code: status) }
      offset += taken
      if status == CIGZIP_END.rawValue { break }
      // Output that fills its room may have more behind it.
      if !isLast, offset == count, written < room { break }
    } while true
  }
}

extension [UInt8] {
  /// Grows by what `write` says it wrote into the spare room.
  fileprivate mutating func append(
    addingCapacity room: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int
  ) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { spare in
      guard let base = spare.baseAddress else { return }
      let count = write(base)
      append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }
  }
}

/// The compressor failed: out of memory, or a bug.
public struct CompressionFailure: RecoverableError, Equatable {
  /// The library's status.
  public let code: Int32
  public var recovery: Recovery { .reportBug }
  public var description: String { "the gzip encoder failed (status \(code))" }
}
