"""Turns public price data into a price list (docs/prices.md), on standard output.

  convert_prices.py genai-prices WHEEL
  convert_prices.py litellm WHEEL --valid-from YYYY-MM-DD

Reads the package's data from the wheel without running any of its code. Numbers are decimals from text to text.
"""
import argparse
import ast
import csv
import datetime
import io
import json
import re
import sys
import zipfile
from decimal import Decimal, localcontext

COLUMNS = ["model", "modality", "kind", "tier", "qualifier", "valid_from", "currency", "price", "unit"]
MILLION = "1000000 Tokens"
LONG = "long context"
MODEL = re.compile(r"[A-Za-z0-9][\w.:\-/]*", re.ASCII)


class PriceList:
    """Rows by what they price; of rows that say the same, the first one stays."""

    def __init__(self):
        self.rows = {}

    def tokens(self, model, modality, kind, tier, qualifier, valid_from, price):
        self.add((model, modality, kind, tier, qualifier, valid_from, MILLION), price)

    def label(self, text, valid_from, price, units):
        for unit in units:
            self.add(("", "", text, "", "", valid_from, unit), price)

    def add(self, key, price):
        if price is None or price < 0:
            return
        if self.rows.setdefault(key, price) != price:
            sys.exit(f"convert_prices: two prices for {key}: {self.rows[key]} and {price}")

    def write(self, file):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for key, price in sorted(self.rows.items()):
            *what, valid_from, unit = key
            writer.writerow([*what, valid_from, "USD", plain(price), unit])


def plain(value):
    """Exact text without an exponent: 1E+1 is 10, 1.250 is 1.25."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def per(value, count):
    """value / count where that ends, else None: a list price is never rounded."""
    with localcontext() as context:
        context.prec = 60
        quotient = value / count
        return quotient if quotient * count == value and len(quotient.as_tuple().digits) < 40 else None


def billed_name(model):
    """The name on the bill: `ft:gpt-4o-2024-08-06` stands there as `ft-gpt-4o-2024-08-06`."""
    return "ft-" + model[3:] if model.startswith("ft:") else model


# --- genai-prices ----------------------------------------------------------------------------------------

class Record:
    """A constructor call of the data file: its name and its keyword arguments."""

    def __init__(self, name, fields):
        self.name, self.fields = name, fields

    def get(self, name):
        return self.fields.get(name)


def value(node):
    """Reads the literals and constructor calls that the data file consists of."""
    match node:
        case ast.Constant():
            return node.value
        case ast.List() | ast.Tuple():
            return [value(item) for item in node.elts]
        case ast.Dict():
            return {value(key): value(item) for key, item in zip(node.keys, node.values)}
        case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=str(text))]):
            return Decimal(text)
        case ast.Call(func=ast.Attribute(attr="date"), args=numbers):
            return datetime.date(*map(value, numbers))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
            fields = {keyword.arg: value(keyword.value) for keyword in node.keywords}
            return Record(name, fields | ({"args": list(map(value, args))} if args else {}))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -value(operand)
    sys.exit(f"convert_prices: line {node.lineno} of the price data is not understood")


def openai_models(source):
    for statement in ast.parse(source).body:
        target = getattr(statement, "target", None) or (getattr(statement, "targets", None) or [None])[0]
        if isinstance(target, ast.Name) and target.id == "providers":
            # Only OpenAI's part is read: the others are none of our business.
            for call in statement.value.elts:
                names = {keyword.arg: keyword.value for keyword in call.keywords}
                if value(names["id"]) == "openai":
                    return value(names["models"])
    sys.exit("convert_prices: the price data has no provider openai")


def names_of(clause):
    """The names that a clause gives in full; patterns stay patterns."""
    if clause.name == "ClauseEquals":
        return {clause.get("equals")}
    if clause.name == "ClauseOr":
        return set().union(*map(names_of, clause.get("or_")))
    return set()


def is_active(constraint, day):
    """Whether a start-date constraint holds on a day; a day of None is before all of them."""
    if constraint is None:
        return True
    return day is not None and constraint.get("start_date") <= day


def price_parts(price):
    """Base price and long-context price."""
    if not isinstance(price, Record):
        return price, None
    tiers = price.get("tiers")
    return price.get("base"), tiers[0].get("price") if len(tiers) == 1 else None


class GenaiModel:
    def __init__(self, record):
        prices = record.get("prices")
        self.prices = prices if isinstance(prices, list) else [Record("ConditionalPrice", {"prices": prices})]
        self.variants = record.get("price_variants") or []
        self.id = record.get("id")
        self.names = sorted(name for name in names_of(record.get("match")) if MODEL.fullmatch(name))

    @property
    def constraints(self):
        return [entry.get("constraint") for entry in self.prices + self.variants if entry.get("constraint")]

    def days(self):
        return [None] + sorted({constraint.get("start_date") for constraint in self.constraints})

    def standard(self, day):
        """The last price that holds; before all of them the first."""
        for entry in reversed(self.prices):
            if is_active(entry.get("constraint"), day):
                return entry.get("prices").fields
        return self.prices[0].get("prices").fields

    def tier(self, when, day):
        """Of the variants that hold, the first one for each field. What it leaves out has no price in the tier."""
        fields = {}
        for variant in self.variants:
            if variant.get("when") == when and is_active(variant.get("constraint"), day):
                for name, price in variant.get("prices").fields.items():
                    fields.setdefault(name, price)
        return fields

    def tiers(self):
        for when in [{"service_tier": name} for name in ("priority", "flex", "fast", "ultrafast", "scale")]:
            yield when["service_tier"], when
        yield "batch", {"processing": "batch"}


def token_fields(fields, model):
    """Which field is the price of which modality and kind."""
    yield "input_mtok", "", "input"
    yield "cache_read_mtok", "", "cached input"
    yield "cache_write_mtok", "", "cache writes"
    yield "output_mtok", "", "output"
    own = [name for name in fields if "audio" in name or "image" in name]
    if not own:
        return
    # Models of several modalities are billed by modality; the plain fields are then the price of text.
    yield "input_mtok", "text", "input"
    yield "cache_read_mtok", "text", "cached input"
    for modality in ("audio", "image"):
        yield f"input_{modality}_mtok", modality, "input"
        yield f"cache_{modality}_read_mtok", modality, "cached input"
        yield f"output_{modality}_mtok", modality, "output"
    # The output of an image model without an image price of its own is images.
    is_image = "image" in model and "output_image_mtok" not in fields
    yield "output_mtok", "image" if is_image else "text", "output"


def genai_prices(wheel):
    prices = PriceList()
    searches = {"web_searches_kcount": {}, "storage_searches_kcount": {}}
    for record in openai_models(wheel.read("genai_prices/data.py").decode()):
        model = GenaiModel(record)
        if any(constraint.name != "StartDateConstraint" for constraint in model.constraints):
            print(f"convert_prices: {model.id} is left out: its price depends on the time of day", file=sys.stderr)
            continue
        contexts = [("", None), *model.tiers()]
        for tier, when in contexts:
            shape = model.standard(None)
            before = {}
            for day in model.days():
                fields = model.standard(day) if when is None else model.tier(when, day)
                date = day.isoformat() if day else ""
                add_genai(prices, model, tier, date, fields, before, shape)
                before = fields
                if when is None:
                    for name, found in searches.items():
                        if fields.get(name) is not None:
                            found.setdefault(fields[name], []).append(model.id)
        add_measures(prices, model)
    add_searches(prices, searches)
    return prices


def add_genai(prices, model, tier, date, fields, before, shape):
    """The prices that begin on a date."""
    gone = [name for name in before if name not in fields and before[name] is not None]
    if gone:
        sys.exit(f"convert_prices: {model.id} loses its price for {', '.join(gone)} on {date}")
    for name, modality, kind in token_fields(shape, model.id):
        price = fields.get(name)
        if price is None or before.get(name) is price:
            continue
        base, long = price_parts(price)
        for each in model.names:
            prices.tokens(billed_name(each), modality, kind, tier, "", date, base)
            if long is not None:
                prices.tokens(billed_name(each), modality, kind, tier, LONG, date, long)


def add_measures(prices, model):
    """Models that are billed by time or by characters, under the line items that are known for them."""
    for day in model.days():
        fields, date = model.standard(day), day.isoformat() if day else ""
        if model.id == "whisper-1" and fields.get("audio_hours") is not None:
            for text in ("whisper", "whisper-1"):
                for unit, parts in (("Hours", 1), ("Minutes", 60), ("Seconds", 3600)):
                    prices.label(text, date, per(fields["audio_hours"], parts), [unit])
        if model.id in ("tts-1", "tts-1-hd") and fields.get("input_mchars") is not None:
            prices.label(model.id, date, per(fields["input_mchars"], 1_000_000), ["Characters"])


def add_searches(prices, searches):
    """Tool calls are billed without a model: they have a list price only where it is the same for all models."""
    texts = {"web_searches_kcount": "web search tool calls", "storage_searches_kcount": "file search tool calls"}
    for name, found in searches.items():
        if len(found) == 1:
            prices.label(texts[name], "", per(next(iter(found)), 1000), ["Calls", "Requests"])
        elif found:
            print(f"convert_prices: no price for {texts[name]}: models differ", file=sys.stderr)


# --- litellm ---------------------------------------------------------------------------------------------

LITELLM_FIELDS = {
    "input_cost_per_token": ("", "input"),
    "cache_read_input_token_cost": ("", "cached input"),
    "cache_creation_input_token_cost": ("", "cache writes"),
    "output_cost_per_token": ("", "output"),
}
LITELLM_MODALITIES = {
    f"{lead}{modality}{tail}": (modality, kind)
    for modality in ("audio", "image")
    for lead, tail, kind in (
        ("input_cost_per_", "_token", "input"), ("output_cost_per_", "_token", "output"),
        ("cache_read_input_", "_token_cost", "cached input"))
}
LITELLM_TIERS = {
    "": "", "_batches": "batch", "_flex": "flex", "_priority": "priority", "_ultrafast": "ultrafast",
}


def litellm(wheel, valid_from):
    prices = PriceList()
    text = wheel.read("litellm/model_prices_and_context_window_backup.json").decode()
    models = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    searches = {"web": set(), "file": set()}
    for model, entry in models.items():
        if entry.get("litellm_provider") != "openai" or not MODEL.fullmatch(model) or "/" in model:
            continue
        add_litellm(prices, model, entry, valid_from)
        for size in (entry.get("search_context_cost_per_query") or {}).values():
            searches["web"].add(size)
        if entry.get("file_search_cost_per_1k_calls") is not None:
            searches["file"].add(per(entry["file_search_cost_per_1k_calls"], 1000))
    for tool, found in searches.items():
        if len(found) == 1:
            prices.label(f"{tool} search tool calls", valid_from, next(iter(found)), ["Calls", "Requests"])
        elif found:
            print(f"convert_prices: no price for {tool} search tool calls: models differ", file=sys.stderr)
    return prices


def add_litellm(prices, model, entry, valid_from):
    by_modality = any(entry.get(name) is not None for name in LITELLM_MODALITIES)
    for name, (modality, kind) in (LITELLM_FIELDS | LITELLM_MODALITIES).items():
        for long, qualifier in (("", ""), ("_above_272k_tokens", LONG)):
            for suffix, tier in LITELLM_TIERS.items():
                price = entry.get(name + long + suffix)
                if price is None:
                    continue
                price = price.scaleb(6)
                prices.tokens(billed_name(model), modality, kind, tier, qualifier, valid_from, price)
                # As in genai-prices, the plain fields of a model of several modalities are the price of text.
                if by_modality and not modality and kind != "cache writes":
                    prices.tokens(billed_name(model), "text", kind, tier, qualifier, valid_from, price)
    if model == "whisper-1" and entry.get("input_cost_per_second") is not None:
        for text in ("whisper", "whisper-1"):
            for unit, seconds in (("Seconds", 1), ("Minutes", 60), ("Hours", 3600)):
                prices.label(text, valid_from, entry["input_cost_per_second"] * seconds, [unit])
    if model in ("tts-1", "tts-1-hd") and entry.get("input_cost_per_character") is not None:
        prices.label(model, valid_from, entry["input_cost_per_character"], ["Characters"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source", choices=["genai-prices", "litellm"])
    parser.add_argument("wheel")
    parser.add_argument("--valid-from", type=datetime.date.fromisoformat)
    options = parser.parse_args()
    with zipfile.ZipFile(options.wheel) as wheel:
        if options.source == "genai-prices":
            prices = genai_prices(wheel)
        elif options.valid_from:
            prices = litellm(wheel, options.valid_from.isoformat())
        else:
            parser.error("litellm has no dates: say from which day its prices hold with --valid-from")
    out = io.StringIO()
    prices.write(out)
    sys.stdout.write(out.getvalue())


main()
