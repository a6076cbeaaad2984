import Diagnostics
import FOCUS
import Spend
import Staging

/// Brings one billing month's delivery up to date.
struct MonthLoader {
  let configuration: Configuration
  let context: StageContext
  let scope: RunScope
  let month: Month
  let columns: [ColumnDefinition]
  let metadata: MetadataFiles
  let priceList: PriceListFile?

  /// The month's delivery, and what stands between it and being complete.
  struct Result {
    var delivery: MonthDelivery?
    var figures: [ControlFigures] = []
    var restatements: [RestatedDay] = []
    var failures: [StageFailure] = []
  }

  func run() async throws -> Result {
    var result = Result()
    let (earlier, damage) = try await earlierManifest()
    let loader = DayLoader(
      configuration: configuration, context: context, scope: scope, month: month, columns: columns,
      schemaID: metadata.schemaID, priceList: priceList, earlier: earlier)
    var content = DeliveryContent()
    for organization in configuration.organizations {
      // What is kept must have the columns and formats that the manifest tells.
      if !scope.organizations.contains(organization), isOfTheSameForm(earlier),
        content.keep(organization.name, of: earlier)
      {
        continue
      }
      let (inputs, damaged) = try await DayInput.all(of: organization, in: month, context.partitions)
      result.failures += damaged
      if inputs.isEmpty, damaged.isEmpty, earlier?.organizations[organization.name] == nil {
        tellMissingDays(organization, [:], &result)
        continue
      }
      var days: [String: DeliveredDay] = [:]
      let made = try await concurrentMap(inputs, width: CoreTurns.daysInHand) { try await loader.load($0) }
      for (input, outcome) in zip(inputs, made) {
        switch outcome {
        case .success(let day):
          let delivered = try deliveredDay(input, day.files, loader)
          days[input.day.description] = delivered.day
          if let restatement = delivered.restatement {
            result.restatements.append(
              RestatedDay(organization: organization.name, day: input.day, restatement: restatement))
          }
          content.add(day.files, day.sources, isNew: day.isNew)
          result.figures.append(day.figures)
        case .failure(let failure):
          result.failures.append(failure)
          // The day as it was delivered before stays; what cannot be vouched for is not published.
          if var day = loader.before(input) {
            day.refused = (try? loader.shrinkGuard.refusal(input, before: day))?.restatement
            days[input.day.description] = day
            content.keep(organization.name, date: input.day.description, of: earlier)
          }
        }
      }
      keepLostDays(organization, of: earlier, into: &days, &content, &result)
      tellMissingDays(organization, days, &result)
      content.organizations[organization.name] = try deliveredOrganization(organization, days)
    }
    // An organization that has left the configuration keeps what was delivered of it.
    for name in (earlier?.organizations.keys).map(Array.init) ?? []
    where !configuration.organizations.contains(where: { $0.name == name }) {
      _ = content.keep(name, of: earlier)
    }
    if let damage, let lost = try await lost(with: damage, content) {
      result.failures.append(StageFailure(stage: "load", organization: "", error: lost))
      try await context.store.replace(Layout.building(month), with: [])
      return result
    }
    if content.organizations.isEmpty { return result }
    result.delivery = try await publish(content, earlier)
    return result
  }

  private func isOfTheSameForm(_ earlier: Manifest?) -> Bool {
    earlier?.schemaID == metadata.schemaID
      && Set((earlier?.files ?? []).map(\.format)).isSubset(of: configuration.load.formats.map(\.rawValue))
      && configuration.load.formats.allSatisfy { format in
        earlier?.files.isEmpty == true || earlier?.files.contains { $0.format == format.rawValue } == true
      }
  }

  /// A day that was delivered and has no normalized partition any more is not a day without cost: what was
  /// delivered of it stays, and the loss is told.
  private func keepLostDays(
    _ organization: OrganizationConfiguration, of earlier: Manifest?, into days: inout [String: DeliveredDay],
    _ content: inout DeliveryContent, _ result: inout Result
  ) {
    for (date, day) in earlier?.organizations[organization.name]?.days ?? [:] where days[date] == nil {
      days[date] = day
      content.keep(organization.name, date: date, of: earlier)
      guard let lost = Day(date),
        !result.failures.contains(where: { $0.organization == organization.name && $0.day == lost })
      else { continue }
      result.failures.append(
        StageFailure(
          stage: "load", organization: organization.name, day: lost,
          error: CorruptFile(
            path: Layout.normalized(organization: organization.name, day: lost),
            reason: "the partition is gone, what was delivered of it stays; run normalize for \(date)")))
    }
  }

  /// A past day of the scope that was never normalized is missing from the delivery, and not free of cost.
  private func tellMissingDays(
    _ organization: OrganizationConfiguration, _ days: [String: DeliveredDay], _ result: inout Result
  ) {
    for day in month.days
    where scope.covers(organization.name, day) && day < scope.today && days[day.description] == nil
      && !result.failures.contains(where: { $0.organization == organization.name && $0.day == day })
    {
      result.failures.append(
        StageFailure(
          stage: "load", organization: organization.name, day: day,
          error: MissingDay(
            organization: organization.name, day: day, stage: .normalize,
            folder: Layout.normalized(organization: organization.name, day: day))))
    }
  }

  private func publish(_ content: DeliveryContent, _ earlier: Manifest?) async throws -> MonthDelivery {
    var manifest = content.manifest(
      month: month, focusVersion: configuration.load.focusVersion, schemaID: metadata.schemaID,
      datasetInstanceID: metadata.datasetInstanceID)
    manifest.priceList = priceList.map { PriceListRecord(sha256: $0.sha256) }
    if configuration.load.spreadsheet {
      do {
        manifest.spreadsheet = try await Spreadsheet(context: context, month: month).write(
          manifest.organizations, earlier: earlier?.spreadsheet,
          isCurrent: earlier?.delivery == manifest.delivery)
      } catch let damage as CorruptFile {
        // The delivery does not depend on it: the spreadsheet stays as it was.
        context.diagnostics.report(
          Diagnostic(kind: "spreadsheet_not_written", message: damage.description))
        manifest.spreadsheet = earlier?.spreadsheet
      }
    }
    try await metadata.writeOnce()
    let text = try manifest.sealed()
    let isSame = try await context.store.read(Layout.manifest(month)) == text
    let entries = content.entries(month)
    let changed = !isSame || content.written > 0
    try await DeliveryPublisher(store: context.store, month: month).publish(
      manifest, as: text, entries: entries, earlier: earlier)
    context.logger.info(
      changed ? "delivery published" : "delivery is current",
      metadata: [
        "billing_period": "\(month)", "delivery": "\(manifest.delivery)", "rows": "\(manifest.rows)",
        "files_written": "\(content.written)",
      ])
    return MonthDelivery(
      month: month, manifest: manifest, changed: changed, filesKept: content.files.count - content.written,
      filesWritten: content.written)
  }

  /// The day as it is delivered now, and how it differs from what was delivered before.
  private func deliveredDay(
    _ input: DayInput, _ files: [DeliveredFile], _ loader: DayLoader
  ) throws -> (day: DeliveredDay, restatement: Restatement?) {
    let before = loader.before(input)
    // Another price list can make other rows of the same charges.
    let isRewritten = (loader.earlier?.files ?? []).contains { old in
      old.organization == input.organization.name && old.date == input.day.description
        && files.contains { $0.format == old.format && $0.sha256 != old.sha256 }
    }
    let isSame =
      before?.madeFrom == input.chargesDigest && before?.open == input.record.open && !isRewritten
    let restatement = try before.map {
      Restatement(
        $0, now: input.record.controlTotals ?? [:], rows: input.record.rows,
        acceptedShrink: try loader.shrinkGuard.isOverruled(input, before: $0))
    }.flatMap { try $0.isChange(in: Layout.manifest(month)) ? $0 : nil }
    let day = DeliveredDay(
      rows: input.record.rows, open: input.record.open, dimensions: input.record.dimensions,
      controlTotals: input.record.controlTotals ?? [:], madeFrom: input.chargesDigest,
      updated: isSame ? before?.updated ?? scope.today.description : scope.today.description,
      degraded: input.record.degraded, restated: restatement ?? before?.restated)
    return (day, restatement)
  }

  private func deliveredOrganization(
    _ organization: OrganizationConfiguration, _ days: [String: DeliveredDay]
  ) throws -> DeliveredOrganization {
    var totals = ControlTotals()
    for day in days.values {
      if let sum = try ControlTotals(recorded: day.controlTotals, in: Layout.manifest(month)) {
        totals += sum
      }
    }
    return DeliveredOrganization(
      billingAccountID: organization.id, billingAccountName: organization.displayName,
      rows: days.values.reduce(0) { $0 + $1.rows }, controlTotals: totals.texts, days: days)
  }

  /// The manifest in place, or what is wrong with it: a damaged one is as good as none, as long as everything that
  /// it tells of can be made again.
  private func earlierManifest() async throws -> (manifest: Manifest?, damage: CorruptFile?) {
    let key = Layout.manifest(month)
    guard let text = try await context.store.read(key) else { return (nil, nil) }
    do { return (try Manifest(sealed: text, path: key), nil) } catch let damage as CorruptFile {
      context.diagnostics.report(Diagnostic(kind: "manifest_damaged", message: "\(damage); it is made anew"))
      return (nil, damage)
    }
  }

  /// Why the month must stay as it is: a part is delivered that only the damaged manifest tells of, and nothing makes
  /// again. Nil where there is none.
  private func lost(with damage: CorruptFile, _ content: DeliveryContent) async throws -> CorruptFile? {
    for object in try await context.store.list(Layout.data(month)) {
      guard let organization = Layout.value(of: "org", in: object.key),
        let day = month.days.first(where: { object.key.contains("/" + PartBuilder.namePrefix($0)) }),
        content.organizations[String(organization)]?.days[day.description] == nil
      else { continue }
      return CorruptFile(
        path: damage.path,
        reason: "\(damage.reason); without it \(object.key) would be lost, which nothing here makes again. "
          + "Restore the manifest, or configure organization \(organization) and run normalize for \(day); or "
          + "delete the manifest to deliver without")
    }
    return nil
  }
}
