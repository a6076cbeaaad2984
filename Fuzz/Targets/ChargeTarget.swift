import Spend
import Staging

/// Rows of `charges.csv.gz`: both readers take and refuse the same, and what is read is written as it was meant.
func readCharges(_ input: UnsafeBufferPointer<UInt8>) {
  _ = reading {
    try CSVReader.forEachRecord(ofForeign: Array(input), path: "charges.csv") { record, _ in
      guard record.count == ChargeFile.header.count else { return }
      let charge = reading { try ChargeFile.charge(record) }
      let row = reading { try ChargeRecord(record) }
      promise((charge == nil) == (row == nil), "\(charge == nil ? "only bytes" : "only values") are taken")
      guard let charge, let row else { return }
      promise(row.amount == charge.amount && row.currency == charge.currency, "the money")
      promise(row.quantity == charge.quantity && row.isPriced == charge.isPriced, "quantity and price")
      promise(row.target == charge.allocation?.target, "whom it is allocated to")
      promise(row.isCredit == charge.amount.isNegative, "a credit")
      promise(row.text(.lineItem) == charge.lineItem, "the line item")
      promise(row.allocatedResourceID.flatMap(row.text) == charge.allocatedResourceID, "the resource")
      promise(row.allocatedResourceName.flatMap(row.text) == charge.allocatedResourceName, "its name")
      check(charge)
    }
  }
}

/// Written and read again it is the same charge.
private func check(_ charge: Charge) {
  var row = ByteBuffer()
  ChargeFile.append(charge, to: &row)
  var again: Charge?
  // Behind a header, because a file may begin with a byte order mark, and a row may not.
  _ = reading {
    let file = Array("header\n".utf8) + row.array
    try CSVReader.forEachRecord(ofForeign: file, path: "charges.csv") { record, _ in
      if record.count > 1 { again = try ChargeFile.charge(record) }
    }
  }
  promise(again == charge, "\(charge) became \(String(describing: again))")
}
