import Diagnostics
import Synchronization
import TestSupport
import Testing

@testable import ObjectStorage

/// Answers requests from a closure and remembers them.
final class FakeTransport: HTTPTransport {
  private let answer: @Sendable (OutgoingRequest) throws -> IncomingResponse
  private let seen = Mutex<[OutgoingRequest]>([])

  init(_ answer: @escaping @Sendable (OutgoingRequest) throws -> IncomingResponse) { self.answer = answer }

  var requests: [OutgoingRequest] { seen.withLock { $0 } }

  func send(_ request: OutgoingRequest) async throws -> IncomingResponse {
    seen.withLock { $0.append(request) }
    return try answer(request)
  }

  static let unreachable = FakeTransport { request in
    throw TransportFailure(origin: request.address.origin, reason: "nobody there", isRetryable: true)
  }
}

extension OutgoingRequest {
  func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

@Suite struct CredentialTests {
  private static let lent = Array(
    #"{"AccessKeyId":"ASIA1","SecretAccessKey":"lent-secret","Token":"lent-token","Expiration":"2026-11-20T12:00:00Z"}"#
      .utf8)

  @Test func theEnvironmentComesFirst() async throws {
    let found = try await EnvironmentCredentials(environment: [
      "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
    ]).credentials()
    #expect(found?.accessKeyID == "AKIA1" && found?.sessionToken == "t")
    #expect(try await EnvironmentCredentials(environment: [:]).credentials() == nil)
    await #expect(throws: CredentialError.self) {
      try await EnvironmentCredentials(environment: ["AWS_ACCESS_KEY_ID": "AKIA1"]).credentials()
    }
  }

  @Test func readsProfilesAsTheToolsDo() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      ".aws/config",
      """
      # a comment
      [default]
      region=us-west-2
      [profile finops]
      region =  eu-central-1\u{20}
      s3 =
        addressing_style = path
      output = json
      [sso-session company]
      sso_region = us-east-1
      [profile  spaced ]
      region = a
      """)
    try folder.write(
      ".aws/credentials", "[finops]\r\naws_access_key_id = AKIA2\r\naws_secret_access_key=a=b\r\n")
    let files = try ProfileFiles(environment: ["HOME": folder.path, "AWS_PROFILE": "finops"])
    #expect(
      files.current == [
        "region": "eu-central-1", "s3": "", "output": "json", "aws_access_key_id": "AKIA2",
        "aws_secret_access_key": "a=b",
      ])
    #expect(try ProfileFiles(environment: ["HOME": folder.path]).current?["region"] == "us-west-2")
    #expect(files["spaced"]?["region"] == "a" && files["company"] == nil)
    #expect(try ProfileFiles(environment: ["HOME": folder.path + "/none"]).current == nil)
  }

  @Test func aProfileThatCannotBeUsedSaysSo() async throws {
    let folder = try TemporaryFolder()
    let tokens = SecurityTokenService(
      address: HTTPAddress(host: "sts"), region: "r", transport: FakeTransport.unreachable)
    try folder.write(
      ".aws/config",
      "[profile sso]\nsso_session = x\n[profile loop]\nrole_arn = r\nsource_profile = loop2\n"
        + "[profile loop2]\nrole_arn = r\nsource_profile = loop\n[profile bare]\nrole_arn = r\n")
    for name in ["sso", "loop", "bare", "missing"] {
      let files = try ProfileFiles(environment: ["HOME": folder.path, "AWS_PROFILE": name])
      let error = await #expect(throws: CredentialError.self, "\(name)") {
        try await ProfileCredentials(files: files, tokens: tokens).credentials()
      }
      #expect(error?.recovery == .mendPermission)
    }
  }

  @Test func asksTheContainersEndpoint() async throws {
    let folder = try TemporaryFolder()
    let token = try folder.write("token", "pod-token\n")
    let transport = FakeTransport { _ in IncomingResponse(status: 200, body: Self.lent) }
    let found = try await ContainerCredentials(
      environment: [
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials?a=b%20c",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token,
      ], transport: transport
    ).credentials()
    #expect(found?.accessKeyID == "ASIA1" && found?.sessionToken == "lent-token")
    #expect(found?.expires == Timestamps.unixTime(iso8601: "2026-11-20T12:00:00Z"))
    #expect(transport.requests.first?.url == "http://169.254.170.23/v1/credentials?a=b%20c")
    #expect(transport.requests.first?.header("Authorization") == "pod-token")
    _ = try await ContainerCredentials(
      environment: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"], transport: transport
    ).credentials()
    #expect(transport.requests.last?.url == "http://169.254.170.2/v2/x")
    // Whoever can set a variable must not have the token sent anywhere.
    await #expect(throws: CredentialError.self) {
      try await ContainerCredentials(
        environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/x"], transport: transport
      ).credentials()
    }
    #expect(transport.requests.count == 2)
  }

  @Test func asksTheInstancesMetadataWithASession() async throws {
    let transport = FakeTransport { request in
      switch (request.method, request.path) {
      case ("PUT", "/latest/api/token"):
        #expect(request.header("X-aws-ec2-metadata-token-ttl-seconds") == "21600")
        return IncomingResponse(status: 200, body: Array("session".utf8))
      case ("GET", "/latest/meta-data/iam/security-credentials/"):
        return IncomingResponse(status: 200, body: Array("pipeline-role\n".utf8))
      case ("GET", "/latest/meta-data/iam/security-credentials/pipeline-role"):
        return IncomingResponse(status: 200, body: Self.lent)
      default: return IncomingResponse(status: 404)
      }
    }
    let found = try await InstanceMetadata(environment: [:], transport: transport).credentials()
    #expect(found?.accessKeyID == "ASIA1")
    #expect(transport.requests.map(\.address.origin) == Array(repeating: "http://169.254.169.254", count: 3))
    #expect(transport.requests.dropFirst().allSatisfy { $0.header("X-aws-ec2-metadata-token") == "session" })
    #expect(
      try await InstanceMetadata(environment: [:], transport: FakeTransport.unreachable).credentials() == nil)
    #expect(
      try await InstanceMetadata(environment: ["AWS_EC2_METADATA_DISABLED": "true"], transport: transport)
        .credentials() == nil)
  }

  /// Lent credentials are kept until shortly before they end, fetched once for all who wait, and never shown.
  @Test func keepsWhatIsLentUntilItEnds() async throws {
    let clock = Mutex(Timestamps.unixTime(iso8601: "2026-11-20T11:00:00Z") ?? 0)
    let transport = FakeTransport { _ in IncomingResponse(status: 200, body: Self.lent) }
    let chain = CredentialChain(
      [
        EnvironmentCredentials(environment: [:]),
        ContainerCredentials(
          environment: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"], transport: transport),
      ], now: { clock.withLock { $0 } })
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { _ = try await chain.current() } }
      try await group.waitForAll()
    }
    #expect(transport.requests.count == 1)
    clock.withLock { $0 += 3600 - 301 }
    _ = try await chain.current()
    #expect(transport.requests.count == 1)
    clock.withLock { $0 += 2 }
    let found = try await chain.current()
    #expect(transport.requests.count == 2)
    #expect(
      !"\(found) \(String(reflecting: found)) \(Mirror(reflecting: found).children.map { "\($0)" })"
        .contains("lent-"))
    #expect(found.masked(in: "why lent-secret-is and lent-token") == "why (secret)-is and (secret)")
  }

  @Test func saysWhereItLookedWhenThereAreNone() async throws {
    let error = await #expect(throws: CredentialError.self) {
      try await CredentialChain([EnvironmentCredentials(environment: [:])]).current()
    }
    #expect(error?.recovery == .mendPermission)
  }
}

@Suite struct StoreAddressTests {
  @Test(arguments: [
    ("output", StoreAddress.directory("output")), ("/var/lib/x", .directory("/var/lib/x")),
    ("s3://finops", .s3(bucket: "finops", prefix: "")), ("s3://finops/", .s3(bucket: "finops", prefix: "")),
    ("s3://fin.ops-1/a/b=c/", .s3(bucket: "fin.ops-1", prefix: "a/b=c")),
    ("gs://fin_ops/a", .gcs(bucket: "fin_ops", prefix: "a")),
  ])
  func reads(text: String, address: StoreAddress) { #expect(StoreAddress(text) == address) }

  @Test(arguments: [
    "s3://", "s3:///a", "s3://ab", "s3://UPPER/x", "s3://a b/c", "s3://finops//a", "s3://finops/a/../b",
    "s3://finops/./a", "ftp://finops/a", "s3://user:pw@host/a", "s3://finops/a\nb", "s3://-finops/a",
    "az://finops/a",
  ])
  func refuses(text: String) { #expect(StoreAddress(text) == nil) }

  @Test(arguments: [
    ("https://minio.example.com:9000/", "https://minio.example.com:9000"),
    ("http://127.0.0.1:80", "http://127.0.0.1"), ("https://[fd00::1]:443/a/", "https://[fd00::1]"),
    ("HTTPS://Host", "https://host"),
  ])
  func readsEndpoints(text: String, origin: String) { #expect(HTTPAddress(text)?.origin == origin) }

  @Test(arguments: [
    "host", "ftp://host", "https://", "https://u@host", "https://host/?a", "https://host:0", "https://h h",
  ])
  func refusesEndpoints(text: String) { #expect(HTTPAddress(text) == nil) }
}

@Suite struct XMLElementTests {
  @Test func readsWhatObjectStoresAnswer() throws {
    let text = """
      <?xml version="1.0" encoding="UTF-8"?>\r\n<!-- <no> -->
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Empty/>
      <Contents><Key>a&amp;b&#x20;&#228;&lt;</Key><ETag>&quot;x&quot;</ETag></Contents><Contents><Key>2</Key></Contents>
      </ListBucketResult>
      """
    let root = try #require(XMLElement(Array(text.utf8)))
    #expect(root.name == "ListBucketResult" && root.text(of: "Name") == "b" && root.text(of: "Empty") == "")
    #expect(root.all("Contents").map { $0.text(of: "Key") } == ["a&b ä<", "2"])
    #expect(root.child("Contents")?.text(of: "ETag") == "\"x\"")
  }

  @Test(arguments: [
    "", "x", "<a>", "<a></b>", "<a>&nope;</a>", "<a", "<", "</a>", "<a><b></a></b>", "<!", "<?", "<>",
  ])
  func refusesWhatIsNone(text: String) { #expect(XMLElement(Array(text.utf8)) == nil) }

  /// Cut anywhere, changed anywhere: nothing worse than nil.
  @Test func survivesDamage() {
    let text = Array("<?xml version='1.0'?><A x='1'><B>&amp;&#65;</B><C/><D><E>t</E></D></A>".utf8)
    var random = RepeatableGenerator(seed: 9)
    for length in 0..<text.count { #expect(XMLElement(Array(text.prefix(length))) == nil) }
    for _ in 0..<20_000 {
      var damaged = text
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(
          in: .min ... .max, using: &random)
      }
      _ = XMLElement(damaged)
    }
    #expect(XMLElement(Array(String(repeating: "<a>", count: 100_000).utf8)) == nil)
  }
}
