extension Ledger {
  /// Embeddings, moderation, images, speech, searches, sessions and storage.
  func addTools(_ random: inout SplitMix64, day: UTCDay, to facts: inout [Fact]) {
    let times = max(1, options.rows / 60)
    for _ in 0..<times {
      for unit in [UnitPrice.embeddingSmall, .embeddingLarge, .embeddingAda] {
        add(unit, .embeddings, units: random.magnitude(bits: 20), &random, to: &facts)
      }
      add(.moderation, .moderations, units: random.magnitude(bits: 16), &random, to: &facts)
      addImages(&random, to: &facts)
      add(.speech, .audioSpeeches, units: random.magnitude(bits: 15), &random, to: &facts)
      add(.whisper, .audioTranscriptions, units: random.magnitude(bits: 12), &random, to: &facts)
      addByTokens(.speechMini, .audioSpeeches, &random, to: &facts)
      addByTokens(.transcribe, .audioTranscriptions, &random, to: &facts)
      addSearches(&random, to: &facts)
    }
    addProjectOnly(&random, day: day, to: &facts)
  }

  private func add(
    _ unit: UnitPrice, _ usage: UsageEndpoint.Name, units: Int64, _ random: inout SplitMix64,
    to facts: inout [Fact]
  ) {
    var fact = spend(&random)
    fact.usage = usage
    fact.unitPrice = unit
    fact.model = organization.catalogue.usageModel(unit)
    fact.counts.units = units
    fact.counts.requests = 1 + units / 500
    facts.append(fact)
  }

  /// Models that usage counts in seconds or characters and costs in tokens: the two do not join.
  private func addByTokens(
    _ unit: UnitPrice, _ usage: UsageEndpoint.Name, _ random: inout SplitMix64, to facts: inout [Fact]
  ) {
    let units = random.magnitude(bits: 12)
    add(unit, usage, units: units, &random, to: &facts)
    facts[facts.count - 1].quantity = Int128(units * 17 + 3) * ScaledDecimal.one
  }

  private func addImages(_ random: inout SplitMix64, to facts: inout [Fact]) {
    let sizes: [(UnitPrice, Int, Int)] = [
      (.dallE3Square, 2, 0), (.dallE3Wide, 4, 0), (.dallE3Wide, 3, 0), (.dallE2, 1, 1), (.dallE2, 1, 2),
    ]
    let (unit, size, source) = sizes[random.below(sizes.count)]
    add(unit, .images, units: 1 + Int64(random.below(30)), &random, to: &facts)
    facts[facts.count - 1].detail = size
    facts[facts.count - 1].source = source
  }

  private func addSearches(_ random: inout SplitMix64, to facts: inout [Fact]) {
    add(.webSearch, .webSearchCalls, units: 1 + Int64(random.below(200)), &random, to: &facts)
    facts[facts.count - 1].model = random.below(organization.catalogue.completions.count)
    facts[facts.count - 1].detail = random.below(3)
    facts[facts.count - 1].agents = random.chance(1, in: 5)
    guard !organization.vectorStores.isEmpty else { return }
    let store = random.below(organization.vectorStores.count)
    let project = organization.vectorStores[store].project
    let spenders = organization.spenders.indices.filter { organization.spenders[$0].project == project }
    var fact = spend(&random, spender: spenders[random.below(spenders.count)])
    fact.usage = .fileSearchCalls
    fact.unitPrice = .fileSearch
    fact.detail = store
    fact.counts.units = 1 + Int64(random.below(400))
    facts.append(fact)
  }

  /// What is known per project only: storage, sessions, and lines that no usage endpoint explains.
  private func addProjectOnly(_ random: inout SplitMix64, day: UTCDay, to facts: inout [Fact]) {
    for (store, place) in organization.vectorStores.enumerated() {
      var fact = Fact(usage: .vectorStores, project: place.project)
      var stored = SplitMix64(options.seed, UInt64(organization.index), SplitMix64.hash(place.id))
      fact.counts.units = Int64(stored.below(4_000_000_000) + max(day.number - 20_000, 0) * 1_234_567)
      fact.unitPrice = store % 3 == 2 ? .assistantsFileSearch : .vectorStorage
      // A day of storage, in millionths of a gibibyte-hour.
      fact.quantity = Int128(fact.counts.units) * 24 * ScaledDecimal.one / 1_073_741_824
      facts.append(fact)
    }
    for project in organization.projects.indices where random.chance(1, in: 3) {
      var sessions = Fact(usage: .codeInterpreterSessions, minute: random.below(1440), project: project)
      sessions.unitPrice = .codeInterpreter
      sessions.counts.units = 1 + Int64(random.below(40))
      facts.append(sessions)
    }
    for unit in [UnitPrice.voiceSession, .video] where random.chance(1, in: 2) {
      var fact = spend(&random)
      fact.unitPrice = unit
      fact.quantity = Int128(1 + random.below(600)) * ScaledDecimal.one / (unit == .voiceSession ? 8 : 1)
      facts.append(fact)
    }
  }

  /// Lines without a project, and credits.
  func addOrganizationLines(_ random: inout SplitMix64, day: UTCDay, to facts: inout [Fact]) {
    let cent: Int128 = 10_000_000_000_000_000_000_000
    let bundle = Int128(1000 + random.below(9000)) * cent
    let tokens = random.magnitude(bits: 20)
    let credit = Int128(100 + random.below(2000)) * cent
    let project = random.below(organization.projects.count)
    if oddities.has(.orgLevel) {
      if day.number % 2 == 0 { facts.append(Fact(unitPrice: .scaleTier, money: bundle)) }
      facts.append(Fact(unitPrice: .unassigned, quantity: Int128(tokens) * ScaledDecimal.one))
    }
    if oddities.has(.credits) && day.number % 3 == 0 {
      facts.append(Fact(unitPrice: .credit, money: -credit))
      facts.append(Fact(project: project, unitPrice: .credit, money: -cent / 4))
    }
  }
}
