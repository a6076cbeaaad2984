import JSONReader

/// Flat JSON objects on one line.
enum JSONLine {
  static func object(_ fields: [(String, String)]) -> String {
    var out: [UInt8] = []
    for (key, value) in fields {
      out.append(UInt8(ascii: out.isEmpty ? "{" : ","))
      JSONWriter.append(string: key, to: &out)
      out.append(UInt8(ascii: ":"))
      JSONWriter.append(string: value, to: &out)
    }
    out.append(UInt8(ascii: "}"))
    return String(decoding: out, as: UTF8.self)
  }
}
