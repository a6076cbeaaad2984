/// Bytes that grow at their end: what rows are put together in.
///
/// Hot path: an append is a comparison and a copy. The buffer has one owner and is never shared, so nothing is
/// counted or checked for a second one, as an array's would be.
public struct ByteBuffer: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<UInt8>
  @usableFromInline var capacity: Int
  @usableFromInline var filled = 0

  /// How many bytes there are.
  @inlinable public var count: Int { filled }

  /// - Parameter capacity: room at the start; it grows as needed.
  public init(capacity: Int = 1 << 12) {
    self.capacity = max(64, capacity)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  @inlinable public var isEmpty: Bool { filled == 0 }

  /// Forgets the bytes, keeps the memory.
  @inlinable public mutating func removeAll() { filled = 0 }

  /// Forgets all bytes but the first ones.
  @inlinable public mutating func removeAll(behind first: Int) { filled = min(filled, max(0, first)) }

  /// Forgets the first bytes.
  public mutating func removeFirst(_ count: Int) {
    let gone = min(filled, max(0, count))
    base.update(from: base + gone, count: filled - gone)
    filled -= gone
  }

  @inlinable public mutating func append(_ byte: UInt8) {
    if filled == capacity { grow(by: 1) }
    base[filled] = byte
    filled &+= 1
  }

  @inlinable public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress else { return }
    append(start, count: bytes.count)
  }

  @inlinable public mutating func append(_ start: UnsafePointer<UInt8>, count added: Int) {
    if filled &+ added > capacity { grow(by: added) }
    (base + filled).update(from: start, count: added)
    filled &+= added
  }

  /// Bytes behind what is handed to ``append(padded:count:)`` that may be read.
  public static let padding = 32

  /// Appends bytes behind which ``padding`` more may be read, whatever they are: stretches are copied in steps of that
  /// size, which for short ones is faster than copying just their bytes.
  @inlinable public mutating func append(padded start: UnsafePointer<UInt8>, count added: Int) {
    if filled &+ added &+ Self.padding > capacity { grow(by: added &+ Self.padding) }
    let (source, target) = (UnsafeRawPointer(start), UnsafeMutableRawPointer(base + filled))
    var offset = 0
    repeat {
      let step = source.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt8>.self)
      target.storeBytes(of: step, toByteOffset: offset, as: SIMD32<UInt8>.self)
      offset &+= Self.padding
    } while offset < added
    filled &+= added
  }

  @inlinable public mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { append($0) }
  }

  @inlinable public mutating func append(_ text: StaticString) {
    append(text.utf8Start, count: text.utf8CodeUnitCount)
  }

  @inlinable public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  @inlinable public mutating func append(_ byte: UInt8, repeated times: Int) {
    guard times > 0 else { return }
    if filled &+ times > capacity { grow(by: times) }
    (base + filled).update(repeating: byte, count: times)
    filled &+= times
  }

  /// The bytes, valid during the call.
  @inlinable public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows
    -> Result
  {
    try body(UnsafeBufferPointer(start: base, count: filled))
  }

  /// A copy of the bytes.
  public var array: [UInt8] { withBytes { Array($0) } }

  @usableFromInline mutating func grow(by added: Int) {
    capacity = max(capacity * 2, filled + added)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: base, count: filled)
    base.deallocate()
    base = larger
  }
}
