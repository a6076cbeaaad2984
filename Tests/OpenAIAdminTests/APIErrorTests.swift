import Diagnostics
import Testing

@testable import OpenAIAdmin

@Suite struct APIErrorTests {
  private func error(_ status: Int, _ body: String) -> APIError {
    APIError(
      .refused(status, body), organization: "acme", path: "/organization/costs", scope: "api.usage.read",
      key: Secret("wk-Zx9.ECHOED"))
  }

  /// Servers and proxies repeat what they were sent, and not every key starts with `sk-`.
  @Test(arguments: [
    #"{"error":{"message":"bad key wk-Zx9.ECHOED, wk-Zx9.ECHOED!","code":"wk-Zx9.ECHOED","param":"wk-Zx9.ECHOED"}}"#,
    "<html>wk-Zx9.ECHOED</html>", #"{"error":"wk-Zx9.ECHOED"}"#,
  ])
  func anEchoedKeyIsMasked(body: String) {
    let error = error(403, body)
    #expect(!"\(error) \(error.message) \(error.code ?? "") \(error.parameter ?? "")".contains("ECHOED"))
    #expect(error.message.contains("(secret)"))
  }

  /// Not as it was sent: in base64 with what stood before it, escaped, or in pieces.
  @Test(arguments: [
    "d2stWng5LkVDSE9FRA==", "QmVhcmVyIHdrLVp4OS5FQ0hPRUQ", "wk%2DZx9%2EECHOED",
    "%77%6B%2D%5A%78%39%2E%45%43HOED",
    "776b2d5a78392e4543484f4544", "x9.ECHOED…", "WK-ZX9.ECHOED",
  ])
  func anEncodedKeyIsMasked(echo: String) {
    let error = error(403, #"{"error":{"message":"bad key \#(echo) given","code":"\#(echo)"}}"#)
    #expect(error.message.hasPrefix("bad key (secret)") && error.message.hasSuffix(" given"))
    #expect(error.code?.hasPrefix("(secret)") == true)
  }

  /// A scope is shown as the API wrote it; what it writes there may be anything.
  @Test func aKeyIsNoScope() {
    let error = APIError(
      .refused(403, #"{"error":{"message":"Missing scopes: abc.defghij"}}"#), organization: "acme",
      path: "/x",
      scope: "api.usage.read", key: Secret("abc.defghij"))
    #expect(!error.description.contains("defghij") && error.missingScopes == ["api.usage.read"])
  }

  @Test func aBodyWithoutEndIsNotRead() {
    let long = #"{"error":{"message":"\#(String(repeating: "x", count: 2 << 20))"}}"#
    #expect(error(500, long).message.utf8.count < 310)
  }

  @Test func readsTheDocumentedBody() {
    let error = error(
      400,
      #"{"error":{"code":"unsupported","message":"No \"x\"","param":"group_by","type":"invalid_request_error"}}"#
    )
    #expect(error.code == "unsupported")
    #expect(error.parameter == "group_by")
    #expect(error.message == "No \"x\"")
    #expect(
      error.description
        == "organization acme: /organization/costs answered 400 (unsupported, parameter group_by): No \"x\"")
  }

  @Test(arguments: [
    (#"{"error":"plain text"}"#, "plain text"), (#"{"error":{"code":null,"message":null}}"#, ""), ("", ""),
    ("<html>\n<title>Sign in</title>", "<html> <title>Sign in</title>"),
    (#"{"detail":"x"}"#, #"{"detail":"x"}"#),
    (#"{"error":{"message":"cut"#, #"{"error":{"message":"cut"#),
  ])
  func readsWhateverComes(body: String, message: String) {
    let error = error(400, body)
    #expect(error.message == message)
    #expect(error.code == nil)
  }

  @Test(arguments: [
    (
      "You have insufficient permissions for this operation. Missing scopes: api.usage.read. Check that you have",
      ["api.usage.read"]
    ),
    ("Missing scopes: api.usage.read, api.management.read.", ["api.usage.read", "api.management.read"]),
    ("Missing scopes: api.usage.read", ["api.usage.read"]), ("Missing scopes:", []), ("No scopes.", []),
  ])
  func findsMissingScopes(message: String, scopes: [String]) {
    #expect(ErrorBody.missingScopes(in: message) == scopes)
  }

  @Test func aMissingScopeIsNamedWithPlaceAndMend() {
    let named = error(401, #"{"error":{"message":"Missing scopes: api.management.read. Check."}}"#)
    #expect(named.recovery == .mendPermission)
    for word in ["acme", "/organization/costs", "401", "scope api.management.read"] {
      #expect(named.description.contains(word))
    }
    let unnamed = error(403, #"{"error":{"message":"Forbidden"}}"#)
    #expect(unnamed.recovery == .mendPermission)
    #expect(unnamed.missingScopes == ["api.usage.read"])
    let refused = error(401, #"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#)
    #expect(refused.recovery == .mendPermission)
    #expect(refused.missingScopes.isEmpty)
    #expect(refused.description.contains("revoked"))
  }

  @Test func messagesAreCappedAndHideKeys() {
    let key = "sk-admin-Zz9" + String(repeating: "_Zz9", count: 50)
    for lead in [0, 250, 280, 299, 400] {
      let text = String(repeating: "x", count: lead) + " " + key + " wrong"
      let error = error(401, #"{"error":{"message":"\#(text)","code":"\#(key)"}}"#)
      #expect(error.message.utf8.count <= 300 + "…".utf8.count)
      #expect(!error.description.contains("Zz9"))
    }
    let page = error(502, String(repeating: "<p>\(key)</p>", count: 50))
    #expect(!page.description.contains("Zz9"))
  }

  @Test(arguments: [
    (301, Recovery.mendConfiguration), (404, .mendConfiguration), (407, .mendConfiguration),
    (400, .reportBug),
    (429, .retryLater), (500, .serviceDown), (511, .serviceDown), (418, .reportBug),
  ])
  func everyStatusSaysWhatToDo(status: Int, recovery: Recovery) {
    #expect(error(status, "").recovery == recovery)
  }

  @Test func redirectsAreErrors() async throws {
    let client = ScriptedClient([.refused(302, headers: [("Location", "https://elsewhere.example.com")])])
    let error = await #expect(throws: APIError.self) {
      try await api(client).fetchList(of: EndpointCatalogue.users)
    }
    #expect(error?.status == 302)
    #expect(client.requests.count == 1)
  }
}
