import Spend
import Testing

/// ExactDecimal against Python's decimal module: see Reference/decimals.py for the cases.
@Suite struct ExactDecimalReferenceTests {
  @Test(.enabled(if: PythonReference.isAvailable, PythonReference.missing))
  func agreesWithPython() throws {
    let lines = try PythonReference.lines(of: "decimals.py", "19000", "20261123")
    #expect(lines.count >= 100_000)
    var seen: [UInt8: Int] = [:]
    var failures: [String] = []
    for line in lines {
      let fields = line.split(separator: UInt8(ascii: " "))
      guard let operation = fields.first?.first else { continue }
      seen[operation, default: 0] += 1
      if try !holds(operation, fields) {
        failures.append(String(decoding: line.prefix(400), as: UTF8.self))
        if failures.count == 20 { break }
      }
    }
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    #expect(seen.count == 6, "every operation must have its cases")
  }

  private func holds(_ operation: UInt8, _ fields: [ArraySlice<UInt8>]) throws -> Bool {
    let a = try number(fields[1])
    if operation == UInt8(ascii: "p") { return text(a) == fields[2] }
    let b = try number(fields[2])
    let expected = fields[3]
    switch operation {
    case UInt8(ascii: "+"):
      return text(a + b) == expected && text(b + a) == expected
    case UInt8(ascii: "-"):
      return text(a - b) == expected && text(-(b - a)) == expected
    case UInt8(ascii: "*"):
      return text(a * b) == expected
    case UInt8(ascii: "/"):
      return a.divided(by: b).map(text) == expected
    case UInt8(ascii: "c"):
      switch String(decoding: expected, as: UTF8.self) {
      case "-1": return a < b && b > a && a != b
      case "1": return a > b && b < a && a != b
      default: return a == b && a <= b && a.hashValue == b.hashValue
      }
    default:
      return false
    }
  }

  private func number(_ bytes: ArraySlice<UInt8>) throws -> ExactDecimal {
    try bytes.withUnsafeBufferPointer { try ExactDecimal(parsing: $0) }
  }

  private func text(_ value: ExactDecimal) -> ArraySlice<UInt8> {
    var bytes: [UInt8] = []
    value.append(to: &bytes)
    return bytes[...]
  }
}
