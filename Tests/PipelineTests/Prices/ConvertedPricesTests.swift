import Foundation
import Spend
import Staging
import TestSupport
import Testing

@testable import Pipeline

/// `scripts/convert_prices.py`: public price data in, a price list out.
@Suite(.enabled(if: Python.isAvailable)) struct ConvertedPricesTests {
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../scripts/convert_prices.py").standardized.path

  /// Packs `text` as the one file of a wheel and converts it.
  private func convert(_ source: String, _ name: String, _ text: String, _ more: [String] = []) throws
    -> String
  {
    let folder = try TemporaryFolder()
    let file = try folder.write("data", text)
    let wheel = folder.path + "/package.whl"
    _ = try Python.run(
      "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w') as z: z.write(sys.argv[2], sys.argv[3])",
      [wheel, file, name])
    let result = try Command.run("/usr/bin/env", ["python3", Self.script, source, wheel] + more)
    try #require(result.status == 0, "\(result.errorText)")
    return result.outputText
  }

  private func price(
    _ list: PriceListFile, _ lineItem: String, _ day: String, unit: String = "1000000 Tokens"
  ) throws -> String? {
    list.prices.price(
      for: LineItem(lineItem), on: try #require(Day(day)), currency: .usd, pricingUnit: unit)?.description
  }

  private static let genaiPrices = """
    import datetime
    from decimal import Decimal
    from .types import *
    providers: list[Provider] = [
        Provider(id='other', name='Other', models=[ModelInfo(id='m', odd={**{}})]),
        Provider(id='openai', models=[
            ModelInfo(id='gpt-5.6-sol',
                match=ClauseOr(or_=[ClauseEquals(equals='gpt-5.6-sol'), ClauseRegex(regex='^gpt-5')]),
                prices=[
                    ConditionalPrice(constraint=None, prices=ModelPrice(
                        input_mtok=TieredPrices(base=Decimal('5'), tiers=[Tier(start=272000, price=Decimal('10'))]),
                        output_mtok=Decimal('30'), web_searches_kcount=Decimal('10'))),
                    ConditionalPrice(constraint=StartDateConstraint(start_date=datetime.date(2026, 8, 21)),
                        prices=ModelPrice(
                        input_mtok=TieredPrices(base=Decimal('4'), tiers=[Tier(start=272000, price=Decimal('8'))]),
                        output_mtok=Decimal('20'), web_searches_kcount=Decimal('10'))),
                ],
                price_variants=[
                    PriceVariant(when={'service_tier': 'default'}, prices=ModelPrice()),
                    PriceVariant(when={'service_tier': 'priority'}, prices=ModelPrice(input_mtok=Decimal('8.10')),
                        constraint=StartDateConstraint(start_date=datetime.date(2026, 10, 12))),
                    PriceVariant(when={'processing': 'batch'}, prices=ModelPrice(input_mtok=Decimal('2')),
                        constraint=StartDateConstraint(start_date=datetime.date(2026, 10, 14))),
                ]),
            ModelInfo(id='gpt-image-1', match=ClauseEquals(equals='gpt-image-1'), prices=ModelPrice(
                input_mtok=Decimal('5'), output_mtok=Decimal('40'), input_image_mtok=Decimal('1E+1'))),
            ModelInfo(id='whisper-1', match=ClauseEquals(equals='whisper-1'),
                prices=ModelPrice(audio_hours=Decimal('0.37'))),
        ]),
    ]
    """

  @Test func genaiPricesKeepTheirDatesAndTiers() throws {
    let text = try convert("genai-prices", "genai_prices/data.py", Self.genaiPrices)
    let list = try PriceListFile(text, path: "prices.csv")
    for (lineItem, day, expected) in [
      ("gpt-5.6-sol, input", "2026-08-20", "5"), ("gpt-5.6-sol, input", "2026-08-21", "4"),
      ("gpt-5.6-sol, input, long context", "2026-08-21", "8"), ("gpt-5.6-sol, output", "2026-11-01", "20"),
      ("gpt-5.6-sol, cached input", "2026-11-01", nil), ("priority | gpt-5.6-sol, input", "2026-10-11", nil),
      ("priority | gpt-5.6-sol, input", "2026-10-12", "8.1"),
      ("priority | gpt-5.6-sol, output", "2026-10-12", nil),
      ("batch | gpt-5.6-sol, input", "2026-10-14", "2"), ("gpt-image-1 text, input", "2026-11-01", "5"),
      ("gpt-image-1 image, input", "2026-11-01", "10"), ("gpt-image-1 image, output", "2026-11-01", "40"),
      ("gpt-image-1 text, output", "2026-11-01", nil),
    ] as [(String, String, String?)] {
      #expect(try price(list, lineItem, day) == expected, "\(lineItem) \(day)")
    }
    #expect(try price(list, "web search tool calls", "2026-11-01", unit: "Calls") == "0.01")
    #expect(try price(list, "whisper", "2026-11-01", unit: "Hours") == "0.37")
    // 0.37 / 3600 does not end, and a list price is not rounded.
    #expect(try price(list, "whisper", "2026-11-01", unit: "Seconds") == nil)
    #expect(!text.contains(",m,") && !text.contains("8.10"))
  }

  @Test func litellmPricesHoldFromTheDayGiven() throws {
    let text = try convert(
      "litellm", "litellm/model_prices_and_context_window_backup.json",
      """
      {"sample_spec": {"input_cost_per_token": 0.0},
       "gpt-5": {"litellm_provider": "openai", "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05,
                 "input_cost_per_token_priority": 2.5e-6, "cache_read_input_token_cost_batches": 6.25e-08,
                 "input_cost_per_token_above_272k_tokens_flex": 0.00000125,
                 "search_context_cost_per_query": {"search_context_size_low": 0.01}},
       "gpt-5-azure": {"litellm_provider": "azure", "input_cost_per_token": 1e-06},
       "gpt-audio": {"litellm_provider": "openai", "input_cost_per_token": 2.5e-06,
                     "input_cost_per_audio_token": 3.2e-05},
       "ft:gpt-4o-2024-08-06": {"litellm_provider": "openai", "input_cost_per_token": 3.75e-06}}
      """, ["--valid-from", "2026-11-01"])
    let list = try PriceListFile(text, path: "prices.csv")
    for (lineItem, expected) in [
      ("gpt-5, input", "1.25"), ("gpt-5, output", "10"), ("priority | gpt-5, input", "2.5"),
      ("batch | gpt-5, cached input", "0.0625"), ("flex | gpt-5, input, long context", "1.25"),
      ("gpt-audio audio, input", "32"), ("gpt-audio text, input", "2.5"),
      ("ft-gpt-4o-2024-08-06, input", "3.75"),
      ("gpt-5-azure, input", nil),
    ] as [(String, String?)] {
      #expect(try price(list, lineItem, "2026-11-01") == expected, "\(lineItem)")
      #expect(try price(list, lineItem, "2026-10-31") == nil)
    }
    #expect(try price(list, "web search tool calls", "2026-11-01", unit: "Requests") == "0.01")
  }
}
