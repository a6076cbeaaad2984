import FlyingSocks

/// A body as the HTTP library reads it, whole, cut off or slow.
struct ResponseBody: AsyncBufferedSequence {
  typealias Element = UInt8

  let bytes: [UInt8]
  let delivery: SimulatedResponse.Delivery

  func makeAsyncIterator() -> Iterator { Iterator(bytes: bytes, delivery: delivery) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    let bytes: [UInt8]
    let delivery: SimulatedResponse.Delivery
    var position = 0

    mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

    mutating func nextBuffer(suggested count: Int) async throws -> ArraySlice<UInt8>? {
      var end = Swift.min(position + Swift.max(count, 1), bytes.count)
      switch delivery {
      case .whole: break
      case .cut(let limit):
        end = Swift.min(end, limit)
        // Failing closes the connection with less sent than promised.
        if position >= limit { throw SocketError.disconnected }
      case .slow(let piece, let milliseconds):
        end = Swift.min(end, position + piece)
        if position > 0 { try await Task.sleep(for: .milliseconds(milliseconds)) }
      }
      guard position < end else { return nil }
      defer { position = end }
      return bytes[position..<end]
    }
  }
}
