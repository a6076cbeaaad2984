/// The ground truth: what was used, and therefore spent, on a day. It depends on seed, organization, day and
/// revision only, never on another day or on how it is asked for.
struct Ledger: Sendable {
  var organization: Organization
  var options: SimulatorOptions
  var oddities: Oddities

  /// All facts of a day.
  /// - Parameter revision: how often the day has been restated; each time some late usage has landed.
  func facts(on day: UTCDay, revision: Int) -> [Fact] {
    var random = SplitMix64(options.seed, UInt64(organization.index), UInt64(bitPattern: Int64(day.number)))
    var facts: [Fact] = []
    facts.reserveCapacity(options.rows * 3 / 2 + 64)
    addCompletions(options.rows, &random, to: &facts)
    if !options.plain {
      addTools(&random, day: day, to: &facts)
      addOrganizationLines(&random, day: day, to: &facts)
    }
    for round in 0..<max(revision, 0) {
      var late = SplitMix64(
        options.seed, UInt64(organization.index), UInt64(bitPattern: Int64(day.number)), UInt64(round + 1))
      addCompletions(3 + late.below(5), &late, to: &facts)
    }
    return facts
  }

  /// Walks through so many different combinations of spender, model and way of serving.
  private func addCompletions(_ rows: Int, _ random: inout SplitMix64, to facts: inout [Fact]) {
    let spenders = organization.spenders.count
    let models = organization.catalogue.completions
    // Ways of serving become part of the combination only where pairs of spender and model do not suffice.
    let servings: [(model: Int, way: Int?)] =
      rows <= spenders * models.count
      ? models.map { ($0, nil) }
      : models.flatMap { model in
        (organization.catalogue.models[model].tiers ? [0, 1, 2, 3] : [0, 1]).map { (model, $0) }
      }
    let total = spenders * servings.count
    guard total > 0, rows > 0 else { return }
    var step = 1 + total / 3 + random.below(max(total / 3, 1))
    while greatestCommonDivisor(step, total) != 1 { step += 1 }
    var index = random.below(total)
    for _ in 0..<min(rows, total) {
      let serving = servings[index / spenders]
      let drawn = max(0, random.below(10) - 6)
      for _ in 0..<(random.chance(1, in: 8) ? 2 : 1) {
        facts.append(
          completion(
            spender: index % spenders, model: serving.model, way: serving.way ?? drawn, &random))
      }
      index = (index + step) % total
    }
    if !options.plain { addDecisions(max(1, rows / 40), &random, to: &facts) }
  }

  private func addDecisions(_ rows: Int, _ random: inout SplitMix64, to facts: inout [Fact]) {
    for _ in 0..<rows {
      var fact = spend(&random)
      fact.usage = .decisions
      fact.model = organization.catalogue.decisions
      fact.batch = random.chance(1, in: 5)
      fact.agents = random.chance(1, in: 3)
      fact.counts = tokens(of: organization.catalogue.models[fact.model], &random)
      facts.append(fact)
    }
  }

  private func completion(spender: Int, model: Int, way: Int, _ random: inout SplitMix64) -> Fact {
    let price = organization.catalogue.models[model]
    var fact = spend(&random, spender: spender)
    fact.usage = .completions
    fact.model = model
    switch way {
    case 1: fact.batch = true
    case 2 where price.tiers: fact.tier = .priority
    case 3 where price.tiers: fact.tier = .flex
    default: break
    }
    fact.agents = random.chance(1, in: 12)
    fact.long = price.longContext && random.chance(1, in: 6)
    fact.evals = price.usage.hasPrefix("gpt-4o-mini") && fact.tier == .standard && random.chance(1, in: 4)
    fact.free = price.shareable && !fact.evals && organization.projects[fact.project].sharesData
    fact.counts = tokens(of: price, &random)
    return fact
  }

  private func tokens(of model: Model, _ random: inout SplitMix64) -> Counts {
    var counts = Counts()
    counts.text = 20 + random.magnitude(bits: 18)
    counts.outputText = 5 + random.magnitude(bits: 16)
    if options.plain || random.chance(2, in: 3) { counts.cachedText = random.magnitude(bits: 19) }
    if model.cacheWrites && random.chance(1, in: 2) {
      counts.write30m = random.magnitude(bits: 15)
      if random.chance(1, in: 3) { counts.write12h = random.magnitude(bits: 14) }
    }
    if model.audio.input > 0 {
      counts.audio = random.magnitude(bits: 16)
      counts.outputAudio = random.magnitude(bits: 15)
      if random.chance(1, in: 3) { counts.cachedAudio = random.magnitude(bits: 14) }
    }
    if model.image.input > 0 {
      counts.image = random.magnitude(bits: 15)
      counts.outputImage = random.magnitude(bits: 16)
      if random.chance(1, in: 3) { counts.cachedImage = random.magnitude(bits: 13) }
      if model.text.output == 0 { counts.outputText = 0 }
    } else if !options.plain && model.naming == .plain && random.chance(1, in: 9) {
      counts.image = random.magnitude(bits: 12)
    }
    counts.requests =
      1 + (counts.text + counts.cachedText + counts.outputText) / Int64(200 + random.below(4000))
    return counts
  }

  /// A fact of some spender at some minute.
  func spend(_ random: inout SplitMix64, spender: Int? = nil) -> Fact {
    var fact = Fact()
    let who = organization.spenders[spender ?? random.below(organization.spenders.count)]
    fact.minute = random.below(1440)
    fact.project = who.project
    fact.principal = who.principal
    fact.key = who.key
    return fact
  }

  private func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
    var (left, right) = (left, right)
    while right != 0 { (left, right) = (right, left % right) }
    return left
  }
}
