import Staging

/// Any bytes as a gzip file; the same bytes packed and unpacked; and a packed file that is damaged.
///
/// The first three bytes say what is damaged, and where.
func readGzip(_ input: UnsafeBufferPointer<UInt8>) {
  guard input.count > 3 else { return }
  let content = Array(input[3...])
  decode(content)

  guard let file = reading({ try GzipEncoder.compress(content) }) else { broken("it cannot be packed") }
  promise(reading { try GzipDecoder.decompress(file) } == content, "it is not what was packed")
  let place = Int(input[1]) << 8 | Int(input[2])
  promise(reading { try inPieces(content, at: place) } == file, "packed in pieces it is another file")

  var damaged = file
  if input[0] & 1 == 0 {
    // A file that ends early is never taken for a whole one.
    damaged.removeLast(1 + place % file.count)
    promise(reading { try GzipDecoder.decompress(damaged) } == nil, "\(damaged.count) of \(file.count) bytes")
  } else {
    damaged[place % file.count] ^= 1 << (input[0] >> 5)
    // Some bits of the header say nothing about the content.
    let read = reading { try GzipDecoder.decompress(damaged) }
    promise(read == nil || read == content, "a flipped bit gives other content")
  }
}

/// What a hostile file grows to stays below its limits.
private func decode(_ file: [UInt8]) {
  let limits = GzipDecoder.Limits(decompressedBytes: 1 << 21, ratio: 100)
  var total = 0
  _ = reading {
    let decoder = try GzipDecoder(file, path: "fuzz.gz", limits: limits)
    let piece = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 4096)
    defer { piece.deallocate() }
    while case let count = try decoder.read(into: piece), count > 0 {
      promise(count <= piece.count, "more than there is room for")
      total += count
      promise(total <= limits.decompressedBytes, "\(total) bytes are beyond the limit")
      promise(total <= 1 << 20 || total / limits.ratio <= file.count, "\(total) out of \(file.count) bytes")
    }
  }
}

private func inPieces(_ content: [UInt8], at place: Int) throws -> [UInt8] {
  let encoder = try GzipEncoder()
  let cut = content.isEmpty ? 0 : place % content.count
  try encoder.append(Array(content[..<cut]))
  try encoder.append(Array(content[cut...]))
  return try encoder.finish()
}
