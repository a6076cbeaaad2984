import Glibc

/// Cores of this machine.
let coreCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

/// Works on several items at once, as many as there are cores, and gives the results in the order of the items.
///
/// Days are independent of each other: memory grows with the largest days, as many as cores, and not with the
/// window.
/// - Parameter width: how many items at once.
/// - Throws: the first error; the rest is cancelled. A cancelled task starts no further item.
func concurrentMap<Item: Sendable, Output: Sendable>(
  _ items: [Item], width: Int = coreCount, _ work: @escaping @Sendable (Item) async throws -> Output
) async throws -> [Output] {
  try await withThrowingTaskGroup(of: (Int, Output).self) { group in
    var outputs = [Output?](repeating: nil, count: items.count)
    var waiting = items.indices.makeIterator()
    func startNext() {
      guard let index = waiting.next() else { return }
      group.addTask {
        try Task.checkCancellation()
        return (index, try await work(items[index]))
      }
    }
    for _ in 0..<width { startNext() }
    while let (index, output) = try await group.next() {
      outputs[index] = output
      startNext()
    }
    return outputs.compactMap(\.self)
  }
}
