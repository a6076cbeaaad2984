import JSONReader

/// What is JSON is read and all else refused; every value is a slice of the document, and reads the same alone.
func readJSON(_ input: UnsafeBufferPointer<UInt8>) {
  let isJSON = JSONGrammar.accepts(input)
  let plain = reading { try JSONParser().parse(input) { shape(of: $0, in: input) } }
  promise((plain != nil) == isJSON, isJSON ? "JSON was refused" : "what is no JSON was read")

  // The same in place, with room behind the document, as pages are read.
  let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: input.count + 64)
  defer { room.deallocate() }
  room.update(repeating: 0)
  _ = room.update(fromContentsOf: input)
  let document = UnsafeBufferPointer(rebasing: room[..<input.count])
  let again = reading {
    try JSONParser().parse(document, capacity: room.count) { root in
      check(root)
      return shape(of: root, in: document)
    }
  }
  promise(again == plain, "read in place it is another document")
}

/// Kind and place of every value, in order.
private func shape(of value: JSONValue, in document: UnsafeBufferPointer<UInt8>) -> [Int] {
  let (start, end) = (value.offset, value.offset + value.bytes.count)
  promise(start >= 0 && end <= document.count, "a value outside of its document")
  var places = [Int(value.kind.rawValue), start, end]
  var children = value.elements.map(Array.init) ?? []
  if let members = value.members {
    for (key, member) in members { children += [key, member] }
  }
  for child in children {
    let isInside = child.offset > start && child.offset + child.bytes.count < end
    promise(isInside, "a value outside of its container")
    places += shape(of: child, in: document)
  }
  return places
}

/// What a value says of itself is so.
private func check(_ value: JSONValue) {
  switch value.kind {
  case .object, .array:
    // A row is cut out of its page and read alone.
    let isSame = reading { try JSONParser().parse(value.bytes) { $0.kind == value.kind } }
    promise(isSame == true, "a container that cannot be read alone")
    if let elements = value.elements {
      for element in elements { check(element) }
    }
    guard let members = value.members else { return }
    for (key, member) in members {
      guard let name = key.string else { broken("a key without a name") }
      promise(value.member(name) != nil, "the member \(name) is not found")
      check(member)
    }
  case .string, .key:
    promise(value.string != nil, "a text without characters")
    if !value.isEscaped { promise(value.string?.utf8.elementsEqual(value.bytes) == true, "another text") }
  case .number:
    promise(PlainNumber(value.bytes) != nil, "a number that is none")
    if let integer = value.integer {
      promise(PlainNumber(value.bytes) == PlainNumber("\(integer)".utf8), "another number")
    }
  case .true, .false: promise(value.boolean != nil, "true or false")
  case .null: promise(value.isNull, "null")
  }
}
