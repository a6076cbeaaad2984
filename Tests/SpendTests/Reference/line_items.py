"""Line items and how the reference expression of the grammar (DESIGN C4) reads them.

One line item a line: `x` and the UTF-8 bytes of the text in hexadecimal, then `-` where the expression does
not match, else prefix, model, modality, kind and qualifier in the same form, `-` for each that is absent.

The expression is ASCII for what \\w means, and matches the whole text, a newline at its end included.
"""

import random
import re
import sys

GRAMMAR = re.compile(
    r"(?:(?P<prefix>[^|,]+?) \| )?(?P<model>[A-Za-z0-9][\w.:\-/]*)(?: (?P<modality>text|image|audio))?"
    r", (?P<kind>cached input|cache writes|input|output|(?:cached_input|input|output)_tokens)"
    r"(?:, (?P<qualifier>[^,]+))?",
    re.ASCII,
)

SEEN = """\
gpt-5.5-2026-04-23, input
gpt-5.5-2026-04-23, cached input
gpt-5.5-2026-04-23, output
gpt-4.1-2025-04-14, output
gpt-5.6-sol, input
gpt-5.6-sol, cached input
gpt-5.6-sol, cache writes
gpt-5.6-sol, output
gpt-5.4-2026-03-05, cached input
gpt-5-search-api-2025-10-14, input
gpt-5-search-api-2025-10-14, cached input
gpt-5-search-api-2025-10-14, output
gpt-4o-mini-2024-07-18, input
gpt-5.4-mini-2026-03-17, output
gpt-audio-mini-2025-12-15 audio, input
gpt-audio-mini-2025-12-15 text, input
gpt-audio-mini-2025-12-15 text, output
priority | gpt-5.6-sol, output, long context
flex | gpt-5-mini, input
gpt-image-2.5-flare image, output
gpt-image-2.5-flare text, input
gpt-image-2.5-flare text, cached input
gpt-image-1.5-2025-12-16 image, cached input
gpt-image-1 text, input
gpt-5.6-terra, cache writes
gpt-image-2-2026-04-21 text, input
gpt-realtime-2.1 audio, input
gpt-realtime-2.1 audio, output
gpt-realtime-2.1 text, cached input
gpt-4o-mini-transcribe audio, input
ft-gpt-4o-2024-08-06, input
ft-gpt-4o-2024-08-06, output
evals | gpt-4o-mini-2024-07-18, input
gpt-6-astra, input_tokens
text-embedding-3-small, input""".split("\n")

OPAQUE = """\
web search tool calls
Web search tool calls
file search tool calls
assistants api | file search
whisper
input_tokens
Text tokens
Vector store storage
gpt-realtime-2.1-mini-2026-08-28, audio input
gpt-live-1, voice session
dall-e 3, standard, 1024x1792, 1792x1024
Image models
Credit
Completions
model input""".split("\n")

ALPHABET = list("  ,,||//%%.:_-azAZ09") + ["\n", "\t", "é", "٣", "\u0301", "😀", "\0", ", ", " | "]
PREFIXES = ["priority", "flex", "batch", "evals", "assistants api", "standard", "Standard", "%73tandard", "a/b",
            "a%2Fb", " ", "x ", "ü", "\n"]
MODELS = ["gpt-5", "ft:gpt-4o:acme::x1", "a/b", "a/audio", "a/audio/input", "o3", "A_b.c", "-a", "_a", ".a", "é",
          "gpt 5", "a%2Fb"]
MODALITIES = ["text", "image", "audio", "video", "Audio", "text ", ""]
KINDS = ["input", "output", "cached input", "cache writes", "input_tokens", "output_tokens",
         "cached_input_tokens", "cache_writes_tokens", "Input", "cache write", "audio input", "inputs", ""]
QUALIFIERS = ["long context", "standard", "a/standard", "a%2Fb", "|", " | x", " ", "é", "\n", "", "x, y", "flex"]


def composed(source):
    text = ""
    if source.random() < 0.4:
        text += source.choice(PREFIXES) + source.choice([" | "] * 8 + ["| ", " |", "|"])
    text += source.choice(MODELS) + (f"-{source.randint(0, 9999):04}" if source.random() < 0.6 else "")
    if source.random() < 0.4:
        text += " " + source.choice(MODALITIES[:3] * 3 + MODALITIES)
    text += source.choice([", "] * 12 + [",", " ,", ",  "]) + source.choice(KINDS[:7] * 2 + KINDS)
    if source.random() < 0.4:
        text += source.choice([", "] * 12 + [",", " "]) + source.choice(QUALIFIERS)
    return text


def mutated(source, text):
    letters = list(text)
    for _ in range(source.choice((1, 1, 1, 2, 3))):
        at = source.randint(0, len(letters))
        kind = source.random()
        if kind < 0.4:
            letters.insert(at, source.choice(ALPHABET))
        elif kind < 0.7 and at < len(letters):
            del letters[at]
        elif at < len(letters):
            letters[at] = source.choice(ALPHABET)
    return "".join(letters)


def encoded(text):
    return "-" if text is None else "x" + text.encode().hex()


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    source = random.Random(seed)
    texts = dict.fromkeys(SEEN + OPAQUE + [""])
    while len(texts) < count:
        text = composed(source) if source.random() < 0.7 else source.choice(SEEN + OPAQUE)
        texts[text if source.random() < 0.6 else mutated(source, text)] = None
    for index, text in enumerate(texts):
        match = GRAMMAR.fullmatch(text)
        assert index >= len(SEEN) or match, text
        assert not len(SEEN) <= index < len(SEEN) + len(OPAQUE) or not match, text
        print(encoded(text), *([encoded(group) for group in match.groups()] if match else "-"))


if __name__ == "__main__":
    main()
