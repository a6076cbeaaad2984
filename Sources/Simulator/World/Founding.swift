extension Organization {
  private static let names = [
    ("acme", "Acme Corp"), ("globex", "Globex, Inc."), ("initech", "Initech \"Research\""),
    ("umbrella", "Umbrella 株式会社"), ("hooli", "Hooli"), ("stark", "Stärk GmbH"),
  ]

  private static let projectNames: [String?] = [
    "Default project", "Search ranking", "客服机器人", "Marketing, \"EMEA\"", "=1+1", "Équipe Données",
    "two\nlines", "R&D <beta> | 'x'", "日本語プロジェクト 🚀", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)",
    "  spaced  ", "tab\there", "back\\slash", nil, "Ünïcödé e\u{301}", "line\r\nbreak",
  ]

  private static let firstNames = [
    "Ada", "Grace", "Zoë", "José", "李", "Søren", "Ngozi", "O'Brien", "Ivan", "Yuki", "Fatima", "Anna-Lena",
  ]
  private static let lastNames = [
    "Lovelace", "Hopper", "Müller", "Nuñez", "娜", "Kierkegaard", "Adichie", "Smith, Jr.", "Петров", "Tanaka",
    "Al-Sayed", "Meier",
  ]

  /// What exists before the first fact: derived from the seed and the sizes alone, so that another `today`
  /// finds the same organization.
  static func founded(_ index: Int, options: SimulatorOptions) -> Organization {
    var random = SplitMix64(options.seed, UInt64(index), SplitMix64.hash("organization"))
    let known = index < names.count ? names[index] : ("org-\(index + 1)", "Organization \(index + 1)")
    let epoch = UTCDay(year: 2024, month: 6, day: 1).startTime
    var organization = Organization(
      index: index, name: known.0, id: random.identifier("org-"), displayName: known.1, adminKeys: [],
      projects: [], principals: [], keys: [], spenders: [], vectorStores: [],
      catalogue: Catalogue(completionsModels: options.models, plain: options.plain, organization: known.0))
    organization.addAdminKeys(&random, epoch: epoch)
    organization.addProjects(max(options.projects, 1), &random, epoch: epoch)
    organization.addUsers(max(options.users, 1), &random, epoch: epoch)
    var members: [[Int]] = Array(repeating: [], count: organization.projects.count)
    for (user, principal) in organization.principals.enumerated() {
      for project in principal.memberships { members[project].append(user) }
    }
    for (project, users) in members.enumerated() {
      organization.addSpenders(
        in: project, members: users, keys: max(options.keys, 1), &random, epoch: epoch)
    }
    return organization
  }

  private mutating func addAdminKeys(_ random: inout SplitMix64, epoch: Int) {
    for (label, scopes) in [
      ("full", Set(Scope.allCases)), ("usage", [Scope.usage]), ("management", [Scope.management]),
    ] {
      adminKeys.append(
        AdminKey(
          id: random.identifier("key_", length: 16), name: "\(label) access",
          secret: random.identifier("sk-admin-\(name)-\(label)-"), scopes: scopes,
          createdAt: epoch + random.below(10_000_000)))
    }
  }

  private mutating func addProjects(_ count: Int, _ random: inout SplitMix64, epoch: Int) {
    let residencies = ["GLOBAL", "GLOBAL", "EU_STORAGE_PROCESSING", "US_STORAGE_PROCESSING"]
    for number in 0..<count {
      let names = Self.projectNames
      var name = names[number % names.count]
      if number >= names.count { name = name.map { "\($0) \(1 + number / names.count)" } }
      // Every fifth project, the third to start with, is archived.
      let archived = number % 5 == 2
      projects.append(
        Project(
          id: random.identifier("proj_"), name: name, createdAt: epoch + random.below(20_000_000),
          archivedAt: archived
            ? UTCDay(year: 2026, month: 10, day: 20).startTime + random.below(1_000_000) : nil,
          residency: residencies[random.below(residencies.count)], sharesData: number % 3 == 1,
          spendLimit: number % 2 == 0 ? 100 + random.below(50) * 100 : nil))
      if number % 2 == 0 {
        vectorStores.append((random.identifier("vs_", length: 32), number))
        if number % 4 == 0 { vectorStores.append((random.identifier("vs_", length: 32), number)) }
      }
    }
  }

  private mutating func addUsers(_ count: Int, _ random: inout SplitMix64, epoch: Int) {
    for number in 0..<count {
      let first = Self.firstNames[number % Self.firstNames.count]
      let last = Self.lastNames[(number + number / Self.lastNames.count * 5) % Self.lastNames.count]
      // A few projects each, however many there are.
      let further = (0..<min(projects.count / 2, 8)).map { _ in random.below(projects.count) }
      let memberships = Set(further + [number % projects.count]).sorted()
      principals.append(
        Principal(
          id: random.identifier("user-"), name: number == 7 ? nil : "\(first) \(last)",
          email: number == 8 ? nil : "user\(number + 1)@\(name).example",
          role: number == 0 ? "owner" : "reader",
          addedAt: epoch + random.below(30_000_000), project: nil, memberships: memberships,
          // Every fifth user, the fourth to start with, is gone.
          deleted: number % 5 == 3))
    }
  }

  private mutating func addSpenders(
    in project: Int, members: [Int], keys count: Int, _ random: inout SplitMix64, epoch: Int
  ) {
    let owners = members.isEmpty ? [0] : members
    let service = principals.count
    principals.append(
      Principal(
        id: random.identifier("svc_acct_", length: 20),
        name: project == 0 ? "ci/cd" : "service-\(project + 1)",
        email: nil, role: "member", addedAt: epoch + random.below(30_000_000), project: project,
        memberships: [project], deleted: project % 4 == 3))
    for number in 0..<count {
      let owner = number % 3 == 1 ? service : owners[number % owners.count]
      let key = keys.count
      keys.append(
        APIKey(
          id: random.identifier("key_", length: 16), name: number % 4 == 3 ? "" : "key \(number + 1)",
          redacted: "sk-\(random.identifier("", length: 3))...\(random.identifier("", length: 3))",
          project: project, owner: owner, createdAt: epoch + random.below(30_000_000),
          lastUsedAt: random.chance(3, in: 4) ? UTCDay(year: 2026, month: 9, day: 1).startTime : nil,
          expiresAt: random.chance(1, in: 4) ? UTCDay(year: 2027, month: 6, day: 1).startTime : nil,
          // A key in seven is gone, and so are those of a service account that is.
          deleted: keys.count % 7 == 6 || principals[owner].deleted && principals[owner].isServiceAccount))
      spenders.append(Spender(project: project, principal: owner, key: key))
      // One key has changed hands: two principals spend with it.
      if number == 2 { spenders.append(Spender(project: project, principal: service, key: key)) }
    }
    // The playground: users without a key, and one whom nobody knows.
    for user in owners.prefix(2) { spenders.append(Spender(project: project, principal: user, key: -1)) }
    if project % 3 == 1 { spenders.append(Spender(project: project, principal: -1, key: keys.count - 1)) }
  }
}
