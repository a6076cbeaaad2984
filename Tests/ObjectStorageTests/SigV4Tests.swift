import Foundation
import TestSupport
import Testing

@testable import ObjectStorage

/// The signer against what AWS published and against botocore's signer.
@Suite struct SigV4Tests {
  private static let example = AWSCredentials(
    accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    origin: "docs"
  )
  private static let suite = AWSCredentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", origin: "docs")
  private static let emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  struct Vector: Sendable, CustomTestStringConvertible {
    let name: String
    let request: OutgoingRequest
    var payload = SigV4Tests.emptyPayload
    let signature: String
    var testDescription: String { name }
  }

  private static func request(
    _ method: String, _ host: String, _ path: String, _ query: [(String, String)] = [],
    _ headers: [(String, String)]
  ) -> OutgoingRequest {
    OutgoingRequest(
      method: method, address: HTTPAddress(host: host), path: path,
      query: query.map { (name: $0.0, value: $0.1) }, headers: headers.map { (name: $0.0, value: $0.1) })
  }

  /// The examples of "Signature Calculations for the Authorization Header", Amazon S3 API reference.
  static let s3Vectors: [Vector] = {
    let host = "examplebucket.s3.amazonaws.com"
    let date = ("x-amz-date", "20130524T000000Z")
    let empty = ("x-amz-content-sha256", emptyPayload)
    let put = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
    return [
      Vector(
        name: "GET object",
        request: request("GET", host, "/test.txt", [], [("Range", "bytes=0-9"), empty, date]),
        signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
      Vector(
        name: "PUT object",
        request: request(
          "PUT", host, "/test%24file.text", [],
          [
            ("Date", "Fri, 24 May 2013 00:00:00 GMT"), date, ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", put),
          ]), payload: put,
        signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
      Vector(
        name: "GET bucket lifecycle", request: request("GET", host, "/", [("lifecycle", "")], [empty, date]),
        signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
      Vector(
        name: "GET bucket (list objects)",
        request: request("GET", host, "/", [("prefix", "J"), ("max-keys", "2")], [empty, date]),
        signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ]
  }()

  @Test(arguments: s3Vectors)
  func signsTheExamplesOfTheS3Reference(vector: Vector) {
    let header = SigV4(region: "us-east-1", service: "s3").authorization(
      vector.request, payload: vector.payload, Self.example, timestamp: "20130524T000000Z")
    #expect(header.hasSuffix("Signature=\(vector.signature)"))
  }

  /// From the Signature Version 4 test suite and the signing walk-through of the AWS General Reference.
  static let suiteVectors: [Vector] = {
    let date = ("X-Amz-Date", "20150830T123600Z")
    let host = "example.amazonaws.com"
    return [
      Vector(
        name: "get-vanilla", request: request("GET", host, "/", [], [date]),
        signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
      Vector(
        name: "get-vanilla-query-order-key-case",
        request: request("GET", host, "/", [("Param2", "value2"), ("Param1", "value1")], [date]),
        signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ]
  }()

  @Test(arguments: suiteVectors)
  func signsTheTestSuite(vector: Vector) {
    let header = SigV4(region: "us-east-1", service: "service").authorization(
      vector.request, payload: vector.payload, Self.suite, timestamp: "20150830T123600Z")
    #expect(header.hasSuffix("Signature=\(vector.signature)"))
  }

  @Test func signsTheWalkThroughOfTheGeneralReference() {
    let request = Self.request(
      "GET", "iam.amazonaws.com", "/", [("Action", "ListUsers"), ("Version", "2010-05-08")],
      [
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("X-Amz-Date", "20150830T123600Z"),
      ])
    let signer = SigV4(region: "us-east-1", service: "iam")
    #expect(
      Hashes.hex(signer.signingKey(Self.suite, date: "20150830"))
        == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
    let (canonical, _) = signer.canonicalRequest(request, payload: Self.emptyPayload)
    #expect(
      Hashes.hex(Hashes.sha256(Array(canonical.utf8)))
        == "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59")
    let header = signer.authorization(
      request, payload: Self.emptyPayload, Self.suite, timestamp: "20150830T123600Z")
    #expect(
      header
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        + "SignedHeaders=content-type;host;x-amz-date, "
        + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
  }

  /// Requests of any kind, signed by botocore as well.
  @Test(.enabled(if: Rig.python != nil, "needs botocore: scripts/check-stores"))
  func signsAsBotocoreDoes() throws {
    struct Case: Encodable {
      let method: String
      let url: String
      let headers: [[String]]
      let body: String
      let authorization: String
    }
    var random = RepeatableGenerator(seed: 4)
    let alphabet = Array("abcXYZ019-._~ =+/&%$#@!?,;:'\"()[]{}<>|\\^`äß漢😀")
    func text(_ length: ClosedRange<Int>) -> String {
      String((0..<Int.random(in: length, using: &random)).map { _ in random.pick(alphabet) })
    }
    let signer = SigV4(region: "eu-central-1", service: "s3")
    let time = 1_795_000_000
    let cases = (0..<2000).map { _ in
      var request = OutgoingRequest(
        method: random.pick(["GET", "PUT", "POST", "DELETE", "HEAD"]),
        address: HTTPAddress(
          host: random.pick(["finops.example.com", "127.0.0.1"]), port: random.pick([nil, 9000])),
        path: "/finops/" + PercentEncoding.encode(text(0...30), keepSlash: true))
      var names: Set<String> = []
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let name = text(1...8)
        if names.insert(name).inserted { request.query.append((name, text(0...12))) }
      }
      request.body = random.bytes(Int.random(in: 0...40, using: &random))
      for index in 0..<Int.random(in: 0...3, using: &random) {
        request.headers.append(("x-amz-meta-\(index)", random.pick(["a", "a  b", " padded ", "1,2", "="])))
      }
      let signed = signer.signed(request, with: Self.example, at: time)
      return Case(
        method: signed.method, url: signed.url,
        headers: signed.headers.filter { $0.name != "Authorization" }.map { [$0.name, $0.value] },
        body: Base64.encode(signed.body),
        authorization: signed.headers.last { $0.name == "Authorization" }?.value ?? "")
    }
    let script = """
      import base64, json, sys
      from botocore.auth import S3SigV4Auth
      from botocore.awsrequest import AWSRequest
      from botocore.credentials import Credentials
      auth = S3SigV4Auth(Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "s3", "eu-central-1")
      different = 0
      for case in json.load(sys.stdin):
          request = AWSRequest(case["method"], case["url"], dict(case["headers"]), base64.b64decode(case["body"]))
          request.context["timestamp"] = dict(case["headers"])["X-Amz-Date"]
          canonical = auth.canonical_request(request)
          signature = auth.signature(auth.string_to_sign(request, canonical), request)
          if not case["authorization"].endswith("Signature=" + signature):
              different += 1
              print(case["url"], canonical, file=sys.stderr)
      print(different)
      """
    let python = try #require(Rig.python)
    let result = try Command.run(python, ["-c", script], input: [UInt8](JSONEncoder().encode(cases)))
    #expect(result.outputText == "0\n", "\(result.errorText.prefix(2000))")
  }

  @Test func addsTheHeadersThatItSigns() {
    var request = Self.request("PUT", "finops.s3.amazonaws.com", "/a", [], [("Content-Type", "text/plain")])
    request.body = Array("Welcome to Amazon S3.".utf8)
    let lent = AWSCredentials(
      accessKeyID: "ASIA", secretAccessKey: "secret", sessionToken: "token", origin: "a test")
    let signed = SigV4(region: "us-east-1", service: "s3").signed(request, with: lent, at: 1_369_353_600)
    let headers = Dictionary(uniqueKeysWithValues: signed.headers.map { ($0.name, $0.value) })
    #expect(headers["X-Amz-Date"] == "20130524T000000Z")
    #expect(headers["X-Amz-Security-Token"] == "token")
    #expect(
      headers["X-Amz-Content-Sha256"] == "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")
    #expect(
      headers["Authorization"]?.contains(
        "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token,") == true)
  }
}
