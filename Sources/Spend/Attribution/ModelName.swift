/// Model names as costs and usage write them, made comparable: exact first, loosened only when one candidate
/// remains.
enum ModelName {
  /// The same model under its other spellings: `dall-e 3` and `dall-e-3`, `whisper` and `whisper-1`, any case.
  static func canonical(_ name: String) -> String {
    let plain = name.lowercased().split(separator: " ").joined(separator: "-")
    return plain == "whisper" ? "whisper-1" : plain
  }

  /// The base of a fine-tuned model: `gpt-4o-2024-08-06` of `ft-gpt-4o-2024-08-06` (costs) and of
  /// `ft:gpt-4o-2024-08-06:org::id` (usage); nil for other models.
  static func fineTunedBase(_ name: String) -> String? {
    let plain = canonical(name)
    if plain.hasPrefix("ft-") { return String(plain.dropFirst(3)) }
    guard plain.hasPrefix("ft:") else { return nil }
    return plain.dropFirst(3).split(separator: ":", omittingEmptySubsequences: false).first.map(String.init)
  }

  /// The name without a date at its end: `gpt-image-1` of `gpt-image-1-2025-04-23`.
  static func undated(_ name: String) -> String {
    let plain = canonical(name)
    let bytes = Array(plain.utf8)
    guard bytes.count > 11 else { return plain }
    let tail = bytes.suffix(11)
    let isDate = zip(tail, "-dddd-dd-dd".utf8).allSatisfy { byte, pattern in
      pattern == UInt8(ascii: "d") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == pattern
    }
    return isDate ? String(decoding: bytes.dropLast(11), as: UTF8.self) : plain
  }

  /// The usage models that a cost line's model stands for.
  ///
  /// - Parameters:
  ///   - candidates: models used by the same project on the same day in the same service.
  ///   - claimed: models that other cost lines of the project and day name exactly; they are theirs.
  /// - Returns: no model, one, or, for fine-tuned models, all of one base: costs do not tell them apart.
  static func matches(_ model: String, among candidates: Set<String>, claimed: Set<String>) -> [String] {
    if candidates.contains(model) { return [model] }
    let wanted = canonical(model)
    let spelled = candidates.filter { canonical($0) == wanted }
    if spelled.count == 1 { return Array(spelled) }
    if let base = fineTunedBase(model) {
      let tuned = candidates.filter { fineTunedBase($0) == base }
      if !tuned.isEmpty { return tuned.sorted() }
      let bases = Set(candidates.compactMap(fineTunedBase)).filter { undated($0) == undated(base) }
      return bases.count == 1 ? candidates.filter { fineTunedBase($0) == bases.first }.sorted() : []
    }
    let free = candidates.filter { fineTunedBase($0) == nil && !claimed.contains($0) }
    let loose = free.filter { undated($0) == undated(model) }
    return loose.count == 1 ? Array(loose) : []
  }
}
