/// An ISO 4217 currency, by its alphabetic code: `USD`.
///
/// Three bytes in a word, so that a currency costs nothing to store, compare and hash.
public struct Currency: Sendable, Hashable {
  /// The three letters, the first one highest.
  private let packed: UInt32

  /// US dollar, the one currency that the Costs API is known to answer in.
  public static let usd = Currency(packed: 0x55_53_44)

  private init(packed: UInt32) { self.packed = packed }

  /// Reads a code in any case: the API writes `usd`, files say `USD`.
  ///
  /// - Throws: ``CurrencyError`` where the code is missing, or no active code of ISO 4217 that money is
  ///   counted in (DESIGN C3).
  public init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(CurrencyError) {
    if bytes.isEmpty { throw .missing }
    guard let packed = Self.pack(bytes), packed == Self.usd.packed || Self.active.contains(packed) else {
      throw .unknown(excerpt(of: bytes))
    }
    self.packed = packed
  }

  /// Reads a code in any case; nil, as an absent or null field gives it, is refused as missing.
  public init(parsing text: String?) throws(CurrencyError) {
    let result = Array((text ?? "").utf8).withUnsafeBufferPointer { bytes in
      Result { () throws(CurrencyError) in try Currency(parsing: bytes) }
    }
    self = try result.get()
  }

  /// The alphabetic code in upper case.
  public var code: String {
    String(decoding: [16, 8, 0].map { UInt8(truncatingIfNeeded: packed >> $0) }, as: UTF8.self)
  }

  /// All codes that are accepted, from A to Z.
  public static var all: [Currency] { active.sorted().map { Currency(packed: $0) } }

  /// Three letters of either case as one number, upper-cased; nil for anything else.
  private static func pack(_ bytes: some Collection<UInt8>) -> UInt32? {
    guard bytes.count == 3 else { return nil }
    var packed: UInt32 = 0
    for byte in bytes {
      let upper = byte & 0xDF
      guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(upper) else { return nil }
      packed = packed << 8 | UInt32(upper)
    }
    return packed
  }

  private static let active: Set<UInt32> = Set(activeCodes.split(separator: " ").compactMap { pack($0.utf8) })

  /// The active codes of ISO 4217 as of January 2026 (list one, with fund codes and the units of account
  /// XDR, XSU, XUA). Left out are those that no charge is counted in: metals (XAG XAU XPD XPT), bond
  /// market units (XBA XBB XBC XBD), the code for tests (XTS) and the one for no currency (XXX).
  private static let activeCodes = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD \
    CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP \
    GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR \
    KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
    MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD \
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX \
    USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XCD XCG XDR XOF XPF XSU XUA YER ZAR ZMW ZWG
    """
}

extension Currency: Comparable {
  /// From A to Z by code.
  public static func < (lhs: Currency, rhs: Currency) -> Bool { lhs.packed < rhs.packed }
}

extension Currency: CustomStringConvertible {
  public var description: String { code }
}
