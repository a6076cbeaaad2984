import Staging
import TestSupport
import Testing

@Suite struct GzipTests {
  /// Texts of many sizes, repetitive and not, around the sizes of the encoder's and the decoder's blocks.
  static let samples: [[UInt8]] = {
    var random = RepeatableGenerator(seed: 1)
    var samples: [[UInt8]] = [[], [0], Array("organization".utf8), [UInt8](repeating: 7, count: 3_000_000)]
    for size in [1, 1000, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 700_000] {
      samples.append(random.bytes(size))
      samples.append((0..<size).map { UInt8(truncatingIfNeeded: $0 / 7) })
    }
    return samples
  }()

  @Test(arguments: samples)
  func givesBackWhatWentIn(sample: [UInt8]) throws {
    let file = try GzipEncoder.compress(sample)
    #expect(try GzipDecoder.decompress(file) == sample)
  }

  @Test func doesNotDependOnHowTheBytesCome() throws {
    var random = RepeatableGenerator(seed: 2)
    let sample = Self.samples[3] + random.bytes(500_000)
    let whole = try GzipEncoder.compress(sample)
    for seed in 0..<4 {
      var pieces = RepeatableGenerator(seed: UInt64(seed))
      let encoder = try GzipEncoder()
      var rest = sample[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...(seed == 0 ? 300_000 : 40_000), using: &pieces))
        try encoder.append(Array(piece))
        rest = rest.dropFirst(piece.count)
      }
      #expect(encoder.bytesIn == sample.count)
      #expect(try GzipDecoder.decompress(encoder.finish()) == sample)
    }
    #expect(try GzipEncoder.compress(sample) == whole)
  }

  /// ISA-L's levels 1 and 2 let the address of their own state into what they write, of this sample one time in 70.
  @Test func doesNotDependOnWhereTheEncoderLies() throws {
    let sample = [0x30, 0xE0] + [UInt8](repeating: 0, count: 18) + [0x4A, 0x20]
    let expected = try GzipEncoder.compress(sample)
    // Encoders that live at the same time have different addresses.
    var living: [GzipEncoder] = []
    for _ in 0..<600 {
      let encoder = try GzipEncoder()
      living.append(encoder)
      try encoder.append(sample)
      #expect(try encoder.finish() == expected)
    }
    #expect(living.count == 600)
  }

  /// RFC 1952: no name, no comment, no extra field, no time.
  @Test func theHeaderTellsNothing() throws {
    let file = try GzipEncoder.compress(Array("charge".utf8))
    #expect(Array(file[0..<4]) == [0x1F, 0x8B, 8, 0])
    #expect(Array(file[4..<8]) == [0, 0, 0, 0])
  }

  @Test(.enabled(if: Python.isAvailable), arguments: samples.filter { $0.count < 1_000_000 })
  func pythonReadsIt(sample: [UInt8]) throws {
    let script = "import gzip,sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))"
    #expect(try Python.run(script, input: GzipEncoder.compress(sample)) == sample)
  }

  @Test(.enabled(if: Python.isAvailable))
  func readsWhatPythonWrites() throws {
    let script = """
      import gzip,io,sys
      data = sys.stdin.buffer.read()
      for piece in (data[:5], b"", data[5:]):
          out = io.BytesIO()
          with gzip.GzipFile("name.csv", "wb", 9, out, mtime=1e9) as f: f.write(piece)
          sys.stdout.buffer.write(out.getvalue())
      """
    let sample = Self.samples[6]
    #expect(try GzipDecoder.decompress(Python.run(script, input: sample)) == sample)
  }

  @Test func readsSeveralMembers() throws {
    let samples = Self.samples
    let file = try samples.flatMap { try GzipEncoder.compress($0) }
    #expect(try GzipDecoder.decompress(file) == samples.flatMap { $0 })
  }

  @Test func aFileCutAtAnyByteIsCorrupt() throws {
    var random = RepeatableGenerator(seed: 3)
    let file = try GzipEncoder.compress(random.bytes(200) + Array("tokens tokens tokens".utf8))
    for length in 0..<file.count {
      #expect(throws: CorruptFile.self, "cut to \(length) of \(file.count) bytes") {
        try GzipDecoder.decompress(Array(file.prefix(length)))
      }
    }
  }

  /// Bits that carry nothing (time, system, the padding before the CRC) may differ; all others are noticed.
  @Test func aFlippedBitIsCorruptOrMeansNothing() throws {
    var random = RepeatableGenerator(seed: 4)
    let sample = Array("project,amount\n".utf8) + random.bytes(300)
    let file = try GzipEncoder.compress(sample)
    var accepted = 0
    for bit in 0..<(file.count * 8) {
      var damaged = file
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      do {
        let output = try GzipDecoder.decompress(damaged)
        #expect(output == sample, "bit \(bit) gives other bytes")
        accepted += 1
      } catch is CorruptFile {
        continue
      }
    }
    // Flag TEXT, 32 bits of time, 16 of compression level and system, at most 7 of padding, and some of codes that
    // no byte of this content uses.
    #expect(accepted <= 1 + 32 + 16 + 7 + 24)
  }

  @Test(arguments: [[0], Array("no gzip".utf8), [0x1F], [0x1F, 0x8B], [UInt8](repeating: 0x1F, count: 40)])
  func whatFollowsTheLastMemberIsCorrupt(tail: [UInt8]) throws {
    let file = try GzipEncoder.compress(Array("charge".utf8))
    #expect(throws: CorruptFile.self) { try GzipDecoder.decompress(file + tail) }
    #expect(throws: CorruptFile.self) { try GzipDecoder.decompress(tail) }
  }

  @Test func whatGrowsBeyondTheLimitIsCorrupt() throws {
    let file = try GzipEncoder.compress([UInt8](repeating: 0, count: 3_000_000))
    func drain(_ limits: GzipDecoder.Limits) throws -> Int {
      let decoder = try GzipDecoder(file, path: "raw/bomb.gz", limits: limits)
      let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
      defer { buffer.deallocate() }
      var total = 0
      while case let count = try decoder.read(into: buffer), count > 0 { total += count }
      return total
    }
    #expect(try drain(GzipDecoder.Limits()) == 3_000_000)
    #expect(throws: CorruptFile.self) { try drain(GzipDecoder.Limits(decompressedBytes: 2_000_000)) }
    #expect(throws: CorruptFile.self) { try drain(GzipDecoder.Limits(ratio: 100)) }
  }

  @Test func anErrorNamesTheFile() throws {
    let error = #expect(throws: CorruptFile.self) {
      try GzipDecoder.decompress(Array("plain".utf8), path: "raw/org=acme/part.gz")
    }
    #expect(error?.path == "raw/org=acme/part.gz")
    #expect(error?.recovery == .refuseData)
  }
}
