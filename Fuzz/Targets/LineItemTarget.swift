import Spend

/// A line item keeps its text, whatever is made of it.
func readLineItem(_ input: UnsafeBufferPointer<UInt8>) {
  let text = String(decoding: input, as: UTF8.self)
  let item = LineItem(text)
  promise(item.text.utf8.elementsEqual(text.utf8), "the text changed to \(item.text)")
  promise(item == LineItem(text), "the same text is read in two ways")
  promise(item.isUnparsed == (item.skuMeter == nil), "the meter of \(text)")
  guard let meter = item.meter else {
    promise(item.skuId == text && item.skuPriceId == text, "the SKU of \(text)")
    promise(item.model == nil && item.kind == nil && item.serviceTier == nil, "parts of \(text)")
    return
  }
  // All of the text is in the parts: put together they give it back.
  let whole =
    (meter.prefix.map { $0 + " | " } ?? "") + meter.model + (meter.modality.map { " " + $0.rawValue } ?? "")
    + ", " + meter.kindText + (meter.qualifier.map { ", " + $0 } ?? "")
  promise(whole.utf8.elementsEqual(text.utf8), "\(text) lost something: \(whole)")
  promise(!meter.model.isEmpty && meter.model.utf8.allSatisfy { $0 < 0x80 }, "the model of \(text)")
  promise((meter.serviceTier == nil) || (meter.surface == nil), "tier and surface of \(text)")
  promise((meter.prefix == nil) == (meter.serviceTier == nil && meter.surface == nil), "prefix of \(text)")
  promise(item.skuPriceId.hasPrefix(item.skuId), "\(item.skuPriceId) is no price of \(item.skuId)")
}
