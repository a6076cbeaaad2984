import CZlib
import Diagnostics

/// Compresses bytes as they come into one gzip member, without name or time, so that the same bytes
/// always give the same file (DESIGN, section 5).
///
/// Hot path: input is collected in blocks and handed to zlib by pointer.
public final class GzipEncoder {
  private var stream = z_stream()
  private var output: [UInt8] = []
  private var block: [UInt8] = []
  private var isOpen = false
  /// Uncompressed bytes taken so far.
  public private(set) var bytesIn = 0

  private static let blockSize = 1 << 18

  /// - Throws: ``CompressionFailure`` if zlib cannot start.
  public init(level: Int32 = 6) throws {
    let windowBitsForGzip: Int32 = 15 + 16
    let status = deflateInit2_(
      &stream, level, Z_DEFLATED, windowBitsForGzip, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw CompressionFailure(code: status) }
    isOpen = true
    block.reserveCapacity(Self.blockSize)
  }

  deinit { if isOpen { deflateEnd(&stream) } }

  public func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBufferPointer { try append($0) }
  }

  public func append(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    bytesIn += bytes.count
    if block.count + bytes.count > Self.blockSize { try flush() }
    if bytes.count >= Self.blockSize {
      try deflateAll(bytes, flush: Z_NO_FLUSH)
    } else {
      block.append(contentsOf: bytes)
    }
  }

  /// Ends the member and returns all compressed bytes; the encoder is spent afterwards.
  public func finish() throws -> [UInt8] {
    try flush()
    try deflateAll(UnsafeBufferPointer(start: nil, count: 0), flush: Z_FINISH)
    deflateEnd(&stream)
    isOpen = false
    defer { output = [] }
    return output
  }

  /// Compresses one byte string.
  public static func compress(_ bytes: [UInt8]) throws -> [UInt8] {
    let encoder = try GzipEncoder()
    try encoder.append(bytes)
    return try encoder.finish()
  }

  private func flush() throws {
    guard !block.isEmpty else { return }
    try block.withUnsafeBufferPointer { try deflateAll($0, flush: Z_NO_FLUSH) }
    block.removeAll(keepingCapacity: true)
  }

  private func deflateAll(_ bytes: UnsafeBufferPointer<UInt8>, flush: Int32) throws {
    stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
    stream.avail_in = UInt32(bytes.count)
    let room = 1 << 16
    while true {
      var status: Int32 = Z_OK
      var written = 0
      output.append(
        contentsOf: [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
          stream.next_out = buffer.baseAddress
          stream.avail_out = UInt32(room)
          status = deflate(&stream, flush)
          written = room - Int(stream.avail_out)
          count = written
        })
      if status == Z_STREAM_END { return }
      guard status == Z_OK || status == Z_BUF_ERROR else { throw CompressionFailure(code: status) }
      if flush != Z_FINISH && stream.avail_in == 0 && written < room { return }
    }
  }
}

/// zlib could not compress: out of memory, or a bug.
public struct CompressionFailure: RecoverableError, Equatable {
  /// zlib's status.
  public let code: Int32
  public var recovery: Recovery { .reportBug }
  public var description: String { "zlib cannot compress (status \(code))" }
}
