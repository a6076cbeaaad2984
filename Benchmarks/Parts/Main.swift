import Glibc

/// Measures the hot parts one by one; see `scripts/bench-parts`.
@main
enum Main {
  static func main() {
    do { try run(Array(CommandLine.arguments.dropFirst())) } catch {
      print("bench-parts: \(error)")
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    let isShort = arguments.contains("--short")
    let wanted = Set(arguments.filter { !$0.hasPrefix("--") })
    let world = try World(rows: isShort ? 200 : 5000)
    let parts = try FileParts.all(world) + SpendParts.all(world)
    if let unknown = wanted.first(where: { name in !parts.contains { $0.name == name } }) {
      throw Disagreement(
        description: "there is no part \(unknown); there are \(parts.map(\.name).joined(separator: ", "))")
    }
    print(line("part", "count", "ns each", "MB/s", ""))
    for part in parts where wanted.isEmpty || wanted.contains(part.name) {
      try part.check()
      let time = try part.measure(for: isShort ? .zero : .seconds(1))
      let nanoseconds = max(
        1, time.components.attoseconds / 1_000_000_000 + time.components.seconds * 1_000_000_000)
      print(
        line(
          part.name, "\(part.count)", tenths(nanoseconds * 10 / Int64(max(1, part.count))),
          part.bytes == 0 ? "" : "\(Int64(part.bytes) * 1000 / nanoseconds)",
          "a \(part.unit.rawValue)"))
    }
  }

  private static func tenths(_ number: Int64) -> String { "\(number / 10).\(number % 10)" }

  private static func line(_ name: String, _ count: String, _ each: String, _ rate: String, _ note: String)
    -> String
  {
    func left(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    return left(name, 18) + right(count, 9) + right(each, 11) + right(rate, 8)
      + (note.isEmpty ? "" : "  \(note)")
  }
}
