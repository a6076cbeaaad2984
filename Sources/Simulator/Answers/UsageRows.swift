/// Renders the rows of one usage bucket: facts grouped and summed, straight to bytes.
struct UsageRows {
  let endpoint: UsageEndpoint
  let query: BucketQuery
  let filter: FactFilter
  let fragments: Fragments

  /// The inside of `results`.
  /// - Parameters:
  ///   - minutes: the part of the day that the bucket covers.
  ///   - shuffle: draws another order of rows.
  func render(_ facts: [Fact], minutes: Range<Int>, shuffle: UInt64?) -> [UInt8] {
    var rollup = Rollup<Counts>()
    let mask = GroupKey(maskOf: query.dimensions)
    for fact in facts where fact.usage == endpoint.name && minutes.contains(fact.minute) && filter.takes(fact)
    {
      rollup.update(GroupKey(fact, label: fact.model).masked(by: mask), zero: Counts()) { $0 += fact.counts }
    }
    var writer = ByteWriter(capacity: rollup.groups.count * 700)
    var first = true
    let head = Array("{\"object\":\"\(endpoint.object)\"".utf8)
    for group in rollup.ordered(shuffle: shuffle) {
      if !first { writer.byte(UInt8(ascii: ",")) }
      first = false
      writer.raw(head)
      metrics(group.value, &writer)
      dimensions(group.key, &writer)
      writer.raw("}")
    }
    return writer.bytes
  }

  private func metrics(_ counts: Counts, _ writer: inout ByteWriter) {
    switch endpoint.name {
    case .completions, .decisions: tokens(counts, &writer)
    case .embeddings, .moderations:
      number(",\"input_tokens\":", counts.units, &writer)
    case .images: number(",\"images\":", counts.units, &writer)
    case .audioSpeeches: number(",\"characters\":", counts.units, &writer)
    case .audioTranscriptions: number(",\"seconds\":", counts.units, &writer)
    case .vectorStores: number(",\"usage_bytes\":", counts.units, &writer)
    case .codeInterpreterSessions: number(",\"num_sessions\":", counts.units, &writer)
    case .fileSearchCalls, .webSearchCalls: number(",\"num_requests\":", counts.units, &writer)
    }
    switch endpoint.name {
    case .vectorStores, .codeInterpreterSessions, .fileSearchCalls: break
    default: number(",\"num_model_requests\":", counts.requests, &writer)
    }
  }

  private func tokens(_ counts: Counts, _ writer: inout ByteWriter) {
    let uncached = counts.text + counts.audio + counts.image
    let cached = counts.cachedText + counts.cachedAudio + counts.cachedImage
    let written = counts.write30m + counts.write12h
    number(",\"input_tokens\":", uncached + cached + written, &writer)
    number(",\"input_cached_tokens\":", cached, &writer)
    number(",\"input_cache_write_tokens\":", written, &writer)
    number(",\"input_cache_write_30m_tokens\":", counts.write30m, &writer)
    number(",\"input_cache_write_12h_tokens\":", counts.write12h, &writer)
    number(",\"input_uncached_tokens\":", uncached, &writer)
    number(",\"output_tokens\":", counts.outputText + counts.outputAudio + counts.outputImage, &writer)
    number(",\"input_text_tokens\":", counts.text, &writer)
    number(",\"output_text_tokens\":", counts.outputText, &writer)
    number(",\"input_cached_text_tokens\":", counts.cachedText, &writer)
    number(",\"input_audio_tokens\":", counts.audio, &writer)
    number(",\"input_cached_audio_tokens\":", counts.cachedAudio, &writer)
    number(",\"output_audio_tokens\":", counts.outputAudio, &writer)
    number(",\"input_image_tokens\":", counts.image, &writer)
    number(",\"input_cached_image_tokens\":", counts.cachedImage, &writer)
    number(",\"output_image_tokens\":", counts.outputImage, &writer)
  }

  @inline(__always)
  private func number(_ name: StaticString, _ value: Int64, _ writer: inout ByteWriter) {
    writer.raw(name)
    writer.integer(value)
  }

  private func dimensions(_ key: GroupKey, _ writer: inout ByteWriter) {
    for dimension in endpoint.dimensions {
      guard query.groups(by: dimension) else {
        absent(dimension, &writer)
        continue
      }
      switch dimension {
      case .project: text(",\"project_id\":", fragments.value(fragments.projects, key.project), &writer)
      case .user: text(",\"user_id\":", fragments.value(fragments.principals, key.principal), &writer)
      case .key: text(",\"api_key_id\":", fragments.value(fragments.keys, key.key), &writer)
      case .model: text(",\"model\":", fragments.value(fragments.models, key.label), &writer)
      case .batch:
        writer.raw(",\"batch\":")
        writer.boolean(key.batch)
      case .tier: text(",\"service_tier\":", Fragments.tiers[key.tier.rawValue], &writer)
      case .apiSource:
        writer.raw(key.agents ? ",\"api_source\":\"agents_api\"" : ",\"api_source\":\"unlabeled\"")
      case .size: text(",\"size\":", fragments.value(Fragments.sizes, key.detail), &writer)
      case .source: text(",\"source\":", fragments.value(Fragments.sources, key.source), &writer)
      case .contextLevel: text(",\"context_level\":", fragments.value(Fragments.levels, key.detail), &writer)
      case .vectorStore:
        text(",\"vector_store_id\":", fragments.value(fragments.vectorStores, key.detail), &writer)
      case .lineItem: break
      }
    }
  }

  private func absent(_ dimension: Dimension, _ writer: inout ByteWriter) {
    switch dimension {
    case .project: writer.raw(",\"project_id\":null")
    case .user: writer.raw(",\"user_id\":null")
    case .key: writer.raw(",\"api_key_id\":null")
    case .model: writer.raw(",\"model\":null")
    case .batch: writer.raw(",\"batch\":null")
    case .tier: writer.raw(",\"service_tier\":null")
    case .apiSource: writer.raw(",\"api_source\":null")
    case .size: writer.raw(",\"size\":null")
    case .source: writer.raw(",\"source\":null")
    case .contextLevel: writer.raw(",\"context_level\":null")
    case .vectorStore: writer.raw(",\"vector_store_id\":null")
    case .lineItem: break
    }
  }

  @inline(__always)
  private func text(_ name: StaticString, _ fragment: [UInt8], _ writer: inout ByteWriter) {
    writer.raw(name)
    writer.raw(fragment)
  }
}
