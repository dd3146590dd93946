"""The starters' tokenizers, rebuilt from GGUF metadata, as far as the goldens need them."""

from gguf import GGUFReader
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from gguf_models import field

CONTROL = 3  # token_type of marks that text does not contain


def byte_level(reader: GGUFReader) -> Tokenizer:
    """SmolLM2's: byte-level BPE, digits one by one."""
    assert field(reader, "tokenizer.ggml.pre") == "smollm"
    tokens, types = field(reader, "tokenizer.ggml.tokens"), field(reader, "tokenizer.ggml.token_type")
    merges = [tuple(merge.split(" ")) for merge in field(reader, "tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token, kind in zip(tokens, types, strict=True) if kind == CONTROL]
    )
    return tokenizer


class Scored:
    """Gemma's: SentencePiece BPE, the pair with the best score is joined first; spaces are '▁', unknown text is bytes."""

    def __init__(self, reader: GGUFReader):
        self.tokens = field(reader, "tokenizer.ggml.tokens")
        self.scores = field(reader, "tokenizer.ggml.scores")
        self.ids = {token: id for id, token in enumerate(self.tokens)}

    def encode(self, text: str) -> list[int]:
        parts = list(text.replace(" ", "▁"))
        while True:
            pairs = [(self.scores[self.ids[a + b]], -i) for i, (a, b) in enumerate(zip(parts, parts[1:])) if a + b in self.ids]
            if not pairs:
                break
            at = -max(pairs)[1]
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return [id for part in parts for id in self.part_ids(part)]

    def part_ids(self, part: str) -> list[int]:
        if part in self.ids:
            return [self.ids[part]]
        return [self.ids[f"<0x{byte:02X}>"] for byte in part.encode("utf-8")]
