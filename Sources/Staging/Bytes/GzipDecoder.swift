import CZlib
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

  private let path: String
  private let input: [UInt8]
  private let limits: Limits
  private var position = 0
  private var produced = 0
  private var stream = z_stream()
  private var isOpen = false
  private var isInMember = false

  /// - Parameters:
  ///   - input: the whole compressed file.
  ///   - path: named in errors.
  public init(_ input: [UInt8], path: String, limits: Limits = Limits()) throws {
    self.input = input
    self.path = path
    self.limits = limits
    let gzipOnly: Int32 = 15 + 16
    guard
      inflateInit2_(&stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw corrupt("zlib cannot start") }
    isOpen = true
  }

  deinit { if isOpen { inflateEnd(&stream) } }

  /// Fills `buffer` from its start and returns how many bytes it took; 0 at the end of the file.
  public func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    guard !buffer.isEmpty else { return 0 }
    while true {
      if position == input.count {
        guard !isInMember, produced > 0 || position > 0 else {
          throw corrupt("the file ends in the middle of its compressed data")
        }
        return 0
      }
      isInMember = true
      var status: Int32 = Z_OK
      let taken = input.withUnsafeBufferPointer { bytes in
        stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress.map { $0 + position })
        stream.avail_in = UInt32(min(bytes.count - position, 1 << 30))
        let offered = Int(stream.avail_in)
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(min(buffer.count, 1 << 30))
        status = inflate(&stream, Z_NO_FLUSH)
        return offered - Int(stream.avail_in)
      }
      position += taken
      let written = min(buffer.count, 1 << 30) - Int(stream.avail_out)
      produced += written
      switch status {
      case Z_STREAM_END:
        isInMember = false
        inflateReset(&stream)
      case Z_OK: break
      case Z_BUF_ERROR where position == input.count:
        throw corrupt("the file ends in the middle of its compressed data")
      default:
        let reason = stream.msg.map { String(cString: $0) } ?? "status \(status)"
        throw corrupt("not valid gzip near byte \(position): \(reason)")
      }
      guard produced <= limits.decompressedBytes,
        produced <= 1 << 20 || produced / limits.ratio <= input.count
      else { throw corrupt("decompresses to more than is plausible (\(produced) bytes so far)") }
      if written > 0 { return written }
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
