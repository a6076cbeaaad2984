import CIgzip
import Diagnostics

/// Decompresses a gzip file of one or more members, piece by piece.
///
/// Each member's CRC and length are checked; a file that ends early, has bytes after its last member or
/// grows past the limits is refused as ``CorruptFile``.
public final class GzipDecoder: ByteSource {
  /// What a staged file may grow to. The ratio stops a small hostile file from filling the memory.
  public struct Limits: Sendable {
    public var decompressedBytes: Int
    public var ratio: Int
    public init(decompressedBytes: Int = 16 << 30, ratio: Int = 1100) {
      self.decompressedBytes = decompressedBytes
      self.ratio = ratio
    }
  }

  private let handle: OpaquePointer
  private let path: String
  private let input: [UInt8]
  private let limits: Limits
  private var position = 0
  private var produced = 0
  private var isInMember = false
  private var isFirstMember = true

  /// - Parameters:
  ///   - input: the whole compressed file.
  ///   - path: named in errors.
  public init(_ input: [UInt8], path: String, limits: Limits = Limits()) throws {
    guard let handle = cigzip_decoder_create() else {
      throw CorruptFile(path: path, reason: "the gzip decoder cannot start")
    }
    self.handle = handle
    self.input = input
    self.path = path
    self.limits = limits
  }

  deinit { cigzip_decoder_free(handle) }

  /// Fills `buffer` from its start and returns how many bytes it took; 0 at the end of the file.
  public func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    guard let base = buffer.baseAddress, !buffer.isEmpty else { return 0 }
    while true {
      if !isInMember {
        if position == input.count, !isFirstMember { return 0 }
        if !isFirstMember { cigzip_decoder_reset(handle) }
        // RFC 1952: these flags are reserved and must be zero; the library does not look.
        if position + 3 < input.count, input[position + 3] & 0xE0 != 0 {
          throw corrupt("not valid gzip near byte \(position): reserved flags are set")
        }
        isInMember = true
        isFirstMember = false
      }
      var taken = 0
      var written = 0
      let status = input.withUnsafeBufferPointer { bytes in
        cigzip_decode(
          handle, bytes.baseAddress.map { $0 + position }, bytes.count - position, base, buffer.count, &taken,
          &written)
      }
      position += taken
      produced += written
      if status == CIGZIP_END { isInMember = false }
      guard status != CIGZIP_CORRUPT else { throw corrupt("not valid gzip near byte \(position)") }
      guard produced <= limits.decompressedBytes,
        produced <= 1 << 20 || produced / limits.ratio <= input.count
      else { throw corrupt("decompresses to more than is plausible (\(produced) bytes so far)") }
      if written > 0 { return written }
      if isInMember, position == input.count {
        throw corrupt("the file ends in the middle of its compressed data")
      }
    }
  }

  /// Decompresses a whole file that is known to be small, e.g. in tests.
  public static func decompress(_ input: [UInt8], path: String = "memory") throws -> [UInt8] {
    let decoder = try GzipDecoder(input, path: path)
    var output: [UInt8] = []
    var count = 0
    repeat {
      let piece = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, initialized in
        initialized = try decoder.read(into: buffer)
      }
      count = piece.count
      output.append(contentsOf: piece)
    } while count > 0
    return output
  }

  private func corrupt(_ reason: String) -> CorruptFile { CorruptFile(path: path, reason: reason) }
}
