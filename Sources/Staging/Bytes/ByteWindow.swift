/// Where a reader's bytes come from: a gzip file, or bytes as they are.
protocol ByteSource: AnyObject {
  /// Fills `buffer` from its start and returns how many bytes it took; 0 at the end.
  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws -> Int
}

/// Bytes that are not compressed.
final class PlainBytes: ByteSource {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let piece = rest.prefix(buffer.count)
    rest.removeFirst(piece.count)
    _ = buffer.update(fromContentsOf: piece)
    return piece.count
  }
}

/// A sliding window over decompressed bytes: readers look at `bytes`, `consume` what they have read and
/// `refill` when a record does not end inside the window.
///
/// Hot path: bytes move only when the window is refilled, and the window grows only for long records.
final class ByteWindow {
  private let source: any ByteSource
  private let path: String
  private let recordLimit: Int
  private var buffer: UnsafeMutableBufferPointer<UInt8>
  private var start = 0
  private var end = 0

  init(_ source: any ByteSource, path: String, recordLimit: Int, capacity: Int = 1 << 18) {
    self.source = source
    self.path = path
    self.recordLimit = recordLimit
    buffer = Self.padded(capacity)
  }

  /// A buffer behind whose end some bytes may be read, whatever they are, as ``ByteBuffer/append(padded:count:)`` does.
  private static func padded(_ capacity: Int) -> UnsafeMutableBufferPointer<UInt8> {
    UnsafeMutableBufferPointer(start: .allocate(capacity: capacity + ByteBuffer.padding), count: capacity)
  }

  deinit { buffer.deallocate() }

  /// The bytes not consumed yet; valid until the next `refill`.
  var bytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: buffer[start..<end])
  }

  func consume(_ count: Int) { start += count }

  /// Adds bytes behind those in the window; false when there are none left.
  ///
  /// - Throws: ``CorruptFile`` for a record beyond the limit, and what decompression throws.
  func refill() throws -> Bool {
    if start > 0 {
      let rest = end - start
      if rest > 0, let base = buffer.baseAddress {
        base.update(from: base + start, count: rest)
      }
      start = 0
      end = rest
    }
    if end == buffer.count {
      guard buffer.count < recordLimit else {
        throw CorruptFile(path: path, reason: "a record is longer than \(recordLimit) bytes")
      }
      let larger = Self.padded(buffer.count * 2)
      if let base = larger.baseAddress, let old = buffer.baseAddress { base.update(from: old, count: end) }
      buffer.deallocate()
      buffer = larger
    }
    let count = try source.read(into: UnsafeMutableBufferPointer(rebasing: buffer[end...]))
    end += count
    return count > 0
  }
}
