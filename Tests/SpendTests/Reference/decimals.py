"""Cases for ExactDecimal, worked out by Python's decimal module.

One case a line, fields separated by one space: operation, operands as JSON numbers, expected result.

    p a r       a as plain text
    + - * a b r exact results as plain text
    / a b r     quotient to 34 digits, rounded half-even, as plain text
    c a b r     -1, 0 or 1 as a is below, equal to or above b
"""

import random
import sys
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal

EXACT = Context(prec=13_000, Emax=MAX_EMAX, Emin=MIN_EMIN)
QUOTIENT = Context(prec=34, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)
LOWEST, HIGHEST = -6176, 6111


def plain(value):
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def digits(source):
    kind = source.random()
    length = source.choice((1, 2, 3, 5, 8, 13, 19, 20, 34)) if kind < 0.8 else source.randint(1, 34)
    if kind < 0.1:
        return "9" * length
    if kind < 0.2:
        return "1" + "0" * (length - 1)
    if kind < 0.25:
        return "5" + "0" * (length - 1)
    return str(source.randint(10 ** (length - 1), 10**length - 1))


def literal(source, lowest, highest):
    """A JSON number with up to 34 digits, the last of them at a place from lowest to highest."""
    sign = source.choice(("", "", "-"))
    exponent = source.randint(lowest, highest)
    if source.random() < 0.04:
        return f"{sign}0{source.choice('eE')}{exponent}"
    number = digits(source)
    style = source.random()
    if style < 0.5 and -40 <= exponent <= 0:
        whole = number.rjust(1 - exponent, "0")
        cut = len(whole) + exponent
        return sign + whole[:cut] + ("." + whole[cut:] if exponent else "")
    if style < 0.75 and len(number) > 1:
        cut = source.randint(1, len(number) - 1)
        exponent += len(number) - cut
        number = number[:cut] + "." + number[cut:]
    return f"{sign}{number}{source.choice('eE')}{source.choice(('', '+')) if exponent >= 0 else ''}{exponent}"


def related(source, text, lowest, highest):
    """Another number; now and then one that is equal to, next to, or the negative of `text`."""
    kind = source.random()
    value = Decimal(text)
    if kind < 0.04:
        return plain(value) if abs(value.adjusted()) < 60 else text
    if kind < 0.08:
        return text[1:] if text.startswith("-") else "-" + text
    if kind < 0.12 and abs(value.as_tuple().exponent) < 60 and len(value.as_tuple().digits) < 34:
        return str(EXACT.add(value, Decimal(1).scaleb(value.as_tuple().exponent)))
    return literal(source, lowest, highest)


def cases(count, seed):
    source = random.Random(seed)
    # Shares of the pairs: what amounts look like; far apart; all of Decimal128.
    ranges = [(-36, 6)] * 850 + [(-60, 60)] * 138 + [(-400, 400)] * 10 + [(LOWEST, HIGHEST)] * 2
    pairs = [
        ("1E6111", "1E-6176"),
        ("-1E6111", "1E-6176"),
        ("9" * 34 + "E6111", "9" * 34 + "E-6176"),
        ("9" * 34 + "E6111", "9" * 34 + "E6111"),
        ("-" + "9" * 34 + "E-6176", "9" * 34 + "E-6176"),
        ("0E-6176", "0E6111"),
        ("-0", "0.003627500000000000000000000000000000"),
        (str(2**127 - 1), "1"),
        (str(-(2**127)), "1"),
        (str(-(2**127)), "-1"),
        (str(2**127), str(-(2**127))),
        ("7" * 200, "3" * 199 + ".1"),
    ]
    for exponent in range(LOWEST, HIGHEST + 1, 7):
        pairs.append((f"0E{exponent}", f"-0.0e{exponent}"))
    while len(pairs) < count:
        lowest, highest = source.choice(ranges)
        left = literal(source, lowest, highest)
        pairs.append((left, related(source, left, lowest, highest)))
    for left, right in pairs:
        a, b = Decimal(left), Decimal(right)
        yield "p", left, plain(a)
        yield "+", left, right, plain(EXACT.add(a, b))
        yield "-", left, right, plain(EXACT.subtract(a, b))
        yield "*", left, right, plain(EXACT.multiply(a, b))
        yield "c", left, right, str(int(EXACT.compare(a, b)))
        if b:
            yield "/", left, right, plain(QUOTIENT.divide(a, b))


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    sys.set_int_max_str_digits(0)
    sys.stdout.writelines(" ".join(case) + "\n" for case in cases(count, seed))


if __name__ == "__main__":
    main()
