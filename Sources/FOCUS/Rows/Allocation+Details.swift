import Spend

extension Allocation {
  /// AllocatedMethodDetails: `{"Elements":[{"AllocatedRatio":0.6,"UsageUnit":"Tokens","UsageQuantity":1260000}]}`,
  /// numbers as exact text. The rest, for which there is no usage, has its ratio alone.
  var focusDetails: String {
    var element = #""AllocatedRatio":\#(ratio)"#
    if let usage, let unit { element += #","UsageUnit":"\#(unit)","UsageQuantity":\#(usage)"# }
    return "{\"Elements\":[{\(element)}]}"
  }
}
