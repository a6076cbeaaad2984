import Testing

@testable import OpenAIAdmin

@Suite struct EndpointCatalogueTests {
  @Test func datasetsAndPathsAreUnique() {
    let all = EndpointCatalogue.all
    #expect(Set(all.map(\.dataset)).count == all.count)
    #expect(Set(all.map(\.path)).count == all.count)
    #expect(all.allSatisfy { EndpointCatalogue.endpoint(named: $0.dataset) == $0 })
    #expect(EndpointCatalogue.endpoint(named: "audit_logs") == nil)
  }

  @Test(arguments: EndpointCatalogue.all) func rowsFitTheirKind(endpoint: Endpoint) {
    #expect(endpoint.path.hasPrefix("/organization/"))
    #expect(endpoint.path.contains("{project_id}") == endpoint.kind.fansOutOverProjects)
    #expect((endpoint.kind == .buckets) == (endpoint.scope == "api.usage.read"))
    #expect((endpoint.kind == .buckets) == endpoint.dimensions.contains("project_id"))
    #expect((endpoint.kind == .buckets) == endpoint.fixedQuery.contains(QueryItem("bucket_width", "1d")))
    #expect(!endpoint.dimensions.contains("api_source"))
    #expect(Set(endpoint.dimensions).isDisjoint(with: endpoint.measures))
    #expect(endpoint.maximumLimit == nil || [31, 100, 180].contains(endpoint.maximumLimit))
  }
}
