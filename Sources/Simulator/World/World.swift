/// Everything a request can see, as one value: a request works on the world as it was when it came in.
struct World: Sendable {
  var options: SimulatorOptions
  var oddities: Oddities
  var today: UTCDay
  var organizations: [Organization]
  /// How often a day's figures have changed, by organization and day number.
  private(set) var revisions: [[Int: Int]]
  /// Goes up with every change, so that rendered bytes of an older world are not served.
  private(set) var version = 0

  init(_ options: SimulatorOptions) {
    self.options = options
    oddities = options.oddities
    today = options.today ?? .today
    organizations = (0..<max(options.organizations, 1)).map { .founded($0, options: options) }
    var days: [Int: Int] = [:]
    for restated in options.restatements { days[restated.day.number] = restated.times }
    revisions = organizations.map { _ in days }
  }

  /// The first day with data.
  var firstDay: UTCDay { today.advanced(by: 1 - max(options.days, 1)) }

  func revision(_ organization: Int, _ day: UTCDay) -> Int { revisions[organization][day.number] ?? 0 }

  mutating func restate(_ organization: Int, _ day: UTCDay) {
    revisions[organization][day.number, default: 0] += 1
  }

  mutating func changed() { version += 1 }

  /// The facts of a day as known today; none before the history or after today.
  func facts(_ organization: Int, _ day: UTCDay) -> [Fact] {
    guard day >= firstDay, day <= today else { return [] }
    let facts = Ledger(organization: organizations[organization], options: options, oddities: oddities)
      .facts(on: day, revision: revision(organization, day))
    guard oddities.has(.lateUsage) else { return facts }
    let age = today.number - day.number
    return facts.enumerated().filter { index, _ in
      // One in sixteen comes two days late, two in sixteen one day.
      let drawn = SplitMix64.mix(UInt64(index) &+ UInt64(bitPattern: Int64(day.number)) << 32) % 16
      return age >= (drawn == 0 ? 2 : drawn <= 2 ? 1 : 0)
    }.map(\.element)
  }
}
