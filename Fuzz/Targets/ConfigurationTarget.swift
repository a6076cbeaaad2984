import Spend
import Staging

@testable import Pipeline

/// A configuration is usable as a whole, or refused as a whole with its problems, and no message tells a key.
func readConfiguration(_ input: UnsafeBufferPointer<UInt8>) {
  let text = String(decoding: input, as: UTF8.self)
  let lines = text.utf8.count { $0 == 0x0A || $0 == 0x0D } + 1 + text.unicodeScalars.count { $0.value > 0x7F }
  let configuration: Configuration
  do { configuration = try ConfigurationReader(environment: [:]).read(text, path: "etc/fuzz.yaml") } catch {
    _ = reading { throw error }
    guard let error = error as? ConfigurationError else { return }
    promise(!error.problems.isEmpty, "refused without a problem")
    for problem in error.problems {
      promise(!problem.message.isEmpty, "a problem without words")
      let line = problem.line ?? 1
      promise((1...lines + 1).contains(line), "line \(line) of \(lines)")
    }
    return
  }
  promise(!configuration.output.isEmpty && !configuration.organizations.isEmpty, "nothing to do")
  let names = configuration.organizations.map(\.name)
  promise(Set(names).count == names.count, "a name twice: \(names)")
  for organization in configuration.organizations { check(organization) }
  promise((0...366).contains(configuration.extract.lookbackDays), "the look-back")
  promise((1...256).contains(configuration.extract.requestsInFlight), "requests in flight")
  promise((1...31).contains(configuration.extract.daysPerRequest), "days a request")
  promise(!configuration.load.formats.isEmpty && configuration.load.columns?.isEmpty != true, "what to load")
}

private func check(_ organization: OrganizationConfiguration) {
  let isName = organization.name.utf8.allSatisfy {
    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
  }
  promise(isName && (1...100).contains(organization.name.utf8.count), "a path of \(organization.name)")
  promise(!organization.id.isEmpty && !organization.displayName.isEmpty, "without a name")
  let url = organization.baseURL
  let isLoopback = ["http://localhost", "http://127.", "http://[::1]"].contains { url.hasPrefix($0) }
  promise(url.hasPrefix("https://") || isLoopback, "a key would go to \(url)")
  promise(!url.contains("@") && !url.contains("?") && !url.contains("#"), "an address with more: \(url)")
  switch organization.adminKey {
  case .environment(let name): promise(!name.isEmpty && !name.hasPrefix("sk-"), "a key as a variable")
  case .file(let path): promise(!path.isEmpty, "a key file without a name")
  case .command(let words): promise(words.first?.isEmpty == false, "a program without a name")
  }
}

/// A price list in either form: CSV where the first byte is even, else YAML.
func readPriceList(_ input: UnsafeBufferPointer<UInt8>) {
  guard let form = input.first else { return }
  let text = String(decoding: input.dropFirst(), as: UTF8.self)
  let path = form & 1 == 0 ? "prices.csv" : "prices.yaml"
  guard let list = reading({ try PriceListFile(text, path: path) }), let usd = try? Currency(parsing: "usd")
  else { return }
  promise(list.sha256.utf8.count == 64, "a digest of \(list.sha256)")
  for item in ["gpt-5.2, input", "priority | gpt-5.2-2025-12-11 text, cached input", "web search tool calls"]
  {
    for unit in ["1000000 Tokens", "Calls"] {
      let price = list.prices.price(
        for: LineItem(item), on: window.from, currency: usd, pricingUnit: unit)
      promise(price?.isNegative != true, "a price below zero")
    }
  }
}
