/// At most 80 characters of a text that is refused, for an error that shows it.
func excerpt(of bytes: UnsafeBufferPointer<UInt8>) -> String {
  let limit = 80
  // Up to four bytes a character: no more of a hostile text is looked at.
  let text = String(decoding: bytes.prefix(limit * 4), as: UTF8.self)
  return text.count > limit || bytes.count > limit * 4 ? text.prefix(limit - 1) + "…" : text
}
