import Glibc

/// Permission bits of the files that are written, and of the folders they lie in.
public struct FileMode: Sendable, Hashable {
  /// Owner, group and others, e.g. `0o640`.
  public let bits: UInt32

  /// The owner reads and writes, the group reads.
  public static let standard = FileMode(bits: 0o640)

  public init(bits: UInt32) { self.bits = bits }

  /// Reads octal digits, `0640` or `640`.
  /// - Returns: nil for what is none, and for bits that make no sense for these files: the owner has to read and
  ///   write, nobody executes, others never write.
  public init?(octal text: String) {
    let digits = text.utf8.count == 4 && text.hasPrefix("0") ? String(text.dropFirst()) : text
    guard digits.utf8.count == 3, digits.utf8.allSatisfy({ (0x30...0x37).contains($0) }),
      let bits = UInt32(digits, radix: 8), bits & 0o600 == 0o600, bits & 0o113 == 0
    else { return nil }
    self.bits = bits
  }

  /// The bits of folders: who reads a file may enter its folder.
  public var folderBits: UInt32 { bits | (bits & 0o444) >> 2 | 0o300 }

  /// Has the process create files with exactly these bits, whatever mask it was started with; what does not name
  /// its bits gets no more than these.
  public func apply() { umask(mode_t(0o777 & ~folderBits)) }
}
