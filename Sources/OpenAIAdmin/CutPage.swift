internal import JSONReader

/// A page of buckets with its result objects cut out: what is around them is small, and they are read one at a time.
///
/// A page of one day may have 50,000 results and 40 MB. An index of all its values would be larger than itself;
/// nobody looks at more than where a result starts and ends.
///
/// Hot path: one walk over the bytes. In place of each object that stands in an array of an element of an array of the
/// page, the frame holds a text that no API sends, and that says which one was there. Whether the frame and each
/// object are JSON is for the parser to say, which reads them all.
struct CutPage {
  /// The page without its results.
  let frame: [UInt8]
  private let body: [UInt8]
  private let objects: [Range<Int>]
  private let mayHoldLineBreak: Bool

  /// Where results stand: page, array `data`, bucket, array `results`.
  private static let depth = 4
  private static let mark: StaticString = "\\u0000"

  init(_ body: [UInt8]) {
    var frame: [UInt8] = []
    var objects: [Range<Int>] = []
    mayHoldLineBreak = body.withUnsafeBufferPointer { bytes in
      var walk = Walk(bytes)
      var copied = 0
      while let object = walk.nextObject() {
        frame.append(contentsOf: bytes[copied..<object.lowerBound])
        frame.append(UInt8(ascii: "\""))
        Self.mark.withUTF8Buffer { frame.append(contentsOf: $0) }
        frame.append(contentsOf: String(objects.count).utf8)
        frame.append(UInt8(ascii: "\""))
        objects.append(object)
        copied = object.upperBound
      }
      frame.append(contentsOf: bytes[copied...])
      return walk.mayHoldLineBreak
    }
    self.frame = frame
    self.body = body
    self.objects = objects
  }

  /// Hands out the objects that stand in an array of the frame, verbatim, each once.
  struct Objects {
    let page: CutPage
    private let parser = JSONParser()
    private var isTaken: [Bool]

    init(_ page: CutPage) {
      self.page = page
      isTaken = Array(repeating: false, count: page.objects.count)
    }

    /// The rows behind the values of one array of the frame; nil where one of them is no object.
    /// - Throws: `JSONSyntaxError` for one that is no JSON; ``PageDefect`` for one that was taken before.
    mutating func rows(_ values: JSONElements) throws -> Rows? {
      var ranges: [Range<Int>] = []
      let areObjects = try page.body.withUnsafeBufferPointer { body in
        for value in values {
          guard let number = CutPage.number(value), page.objects.indices.contains(number) else {
            return false
          }
          guard !isTaken[number] else { throw PageDefect(reason: "a result of it stands in two places") }
          isTaken[number] = true
          let range = page.objects[number]
          let object = UnsafeBufferPointer(rebasing: body[range])
          guard try parser.isObject(object, capacity: body.count - range.lowerBound) else { return false }
          ranges.append(range)
        }
        return true
      }
      return areObjects ? try Rows(ranges, of: page.body, mayHoldLineBreak: page.mayHoldLineBreak) : nil
    }
  }

  private static func number(_ value: JSONValue) -> Int? {
    guard value.kind == .string, value.isEscaped else { return nil }
    let bytes = value.bytes
    guard bytes.starts(with: UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)) else {
      return nil
    }
    return Int(String(decoding: bytes.dropFirst(mark.utf8CodeUnitCount), as: UTF8.self))
  }

  /// Goes through a text, and knows of JSON only what is needed to find where objects end.
  private struct Walk: ~Copyable {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var brackets: JSONBrackets
    private var depth = 0
    /// Whether each of the open containers down to the results' is an array; bit 0 is the page.
    private var arrays: UInt8 = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
      self.bytes = bytes
      brackets = JSONBrackets(bytes)
    }

    /// False where no line ends in the text, known once it was walked through.
    var mayHoldLineBreak: Bool { brackets.mayHoldLineBreak }

    /// The next object that may be a result; nil at the end, and where brackets do not match any more.
    mutating func nextObject() -> Range<Int>? {
      var start: Int?
      while let position = brackets.position() {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          let isArray = byte == UInt8(ascii: "[")
          if depth == CutPage.depth, !isArray, arrays == 0b1010 { start = position }
          if depth < CutPage.depth, isArray { arrays |= 1 << UInt8(depth) }
          depth += 1
        default:
          depth -= 1
          if depth < 0 { return nil }
          if depth < CutPage.depth { arrays &= ~(1 << UInt8(depth)) }
          if depth == CutPage.depth, let start { return start..<position + 1 }
        }
      }
      return nil
    }
  }
}
