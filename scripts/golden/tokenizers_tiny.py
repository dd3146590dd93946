"""Writes test/golden/text/tiny-tokenizers.json: GGUF key-values of two tiny tokenizers, and the tokens of some texts.

The byte-level one is the tokenizers package's own; the one with scores goes by SentencePiece's rule, written out here."""

import json

from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, trainers

from storage import GOLDEN

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6

CORPUS = [
    "the cat sat on the mat and the hat, that is that; the rat ran at the bat",
    "she sells sea shells by the sea shore; 12 345 678 shells, 2024 more",
    "今天 天气 很好 今天 天气 不好 新闻 体育 新闻 财经 新闻",
    "don't can't won't it's she'll we've i'm they're DON'T IT'S",
    "aaa aaaa aaaaa abab ababab >> << >>= === ==",
] * 4

TEXTS = [
    "", " ", "  ", "   ", "the cat", " the cat ", "the  cat   sat", "thethe cat", "The cat!", "don't it's I'LL",
    "12 345 2024 1234567", "今天天气很好，新闻", "新闻 体育\n财经", "aaaaaaa", "ababababa", ">> << >>>>", "a > < b ><", "x\n\ny\n\n\nz", "\t\n \n",
    "<s>the</s>", "<start_of_turn>user\nthe cat<end_of_turn>\n", "<start_of_turn", "é ß 😀 𠀀", "\u0001 \u007f \ufffd", "▁ ▁▁", "hahaha=== ==",
]  # fmt: skip

MARKS = ["<s>", "</s>", "<unk>", "<start_of_turn>", "<end_of_turn>"]

WORDS = {
    "gpt-2": [r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"],
    "smollm": [r"\p{N}", r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"],
    "qwen2": [
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ],
    "llama-bpe": [
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ],
}


def words(name: str):
    splits = [pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in WORDS[name]]
    return pre_tokenizers.Sequence([*splits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def byte_level() -> dict:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = words("gpt-2")
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=420, initial_alphabet=alphabet, show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    marks = {mark: len(tokens) + i for i, mark in enumerate(MARKS)}
    tokens += MARKS
    tokenizer.add_special_tokens([AddedToken(mark, special=True, normalized=False) for mark in MARKS])
    ids = {}
    for name in WORDS:
        tokenizer.pre_tokenizer = words(name)
        tokenizer.model.ignore_merges = name == "llama-bpe"
        ids[name] = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
    metadata = {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [CONTROL if token in MARKS else NORMAL for token in tokens],
        "tokenizer.ggml.merges": [" ".join(merge) for merge in model["merges"]],
        "tokenizer.ggml.bos_token_id": marks["<s>"],
        "tokenizer.ggml.eos_token_id": marks["</s>"],
        "tokenizer.ggml.eot_token_id": marks["<end_of_turn>"],
    }
    return {"metadata": metadata, "ids": ids}


class Scored:
    """SentencePiece's rule: the pair that makes the best-scored token is joined first, the leftmost of equal ones."""

    def __init__(self):
        tokenizer = Tokenizer(models.BPE())
        trainer = trainers.BpeTrainer(vocab_size=160, show_progress=False)
        tokenizer.train_from_iterator((text.replace(" ", "▁") for text in CORPUS), trainer)
        vocab = tokenizer.get_vocab()
        learned = sorted((token for token in vocab if "\n" not in token), key=vocab.get)
        merged = [token for token in learned if len(token) > 1]
        single = [token for token in learned if len(token) == 1]
        self.pieces = [(mark, -1000.0, UNKNOWN if mark == "<unk>" else CONTROL) for mark in MARKS]
        self.pieces += [(text, -1000.0, USER_DEFINED) for text in ("\n", "\n\n", "  ", "   ", "<b>")]
        self.pieces += [(f"<0x{byte:02X}>", 0.0, BYTE) for byte in range(256)]
        # Learned without cutting words, so that many tokens have a space inside. Two and two of a score: ties have a rule.
        self.pieces += [(token, -float(i // 2), NORMAL) for i, token in enumerate([*merged, ">▁<"])]
        self.pieces += [(token, -500.0 - i, NORMAL) for i, token in enumerate(single)]
        self.ids = {token: id for id, (token, _, _) in enumerate(self.pieces)}

    def join(self, text: str) -> list[int]:
        parts = list(text.replace(" ", "▁"))
        while True:
            pairs = []
            for i, (left, right) in enumerate(zip(parts, parts[1:])):
                token, score, kind = self.pieces[self.ids.get(left + right, 0)]
                if token == left + right and kind == NORMAL:
                    pairs.append((-score, i))
            if not pairs:
                break
            at = min(pairs)[1]
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        ids = []
        for part in parts:
            ids += [self.ids[part]] if part in self.ids else [self.ids[f"<0x{byte:02X}>"] for byte in part.encode()]
        return ids

    def encode(self, text: str, space_prefix: bool) -> list[int]:
        """Marks and user-defined tokens first, the longest; each stretch between them by itself."""
        marks = sorted((token for token, _, kind in self.pieces if kind in (CONTROL, UNKNOWN, USER_DEFINED)), key=len, reverse=True)
        ids, start, at = [], 0, 0

        def stretch():
            return self.join((" " if space_prefix else "") + text[start:at]) if at > start else []

        while at < len(text):
            mark = next((mark for mark in marks if text.startswith(mark, at)), None)
            if mark is None:
                at += 1
                continue
            ids += [*stretch(), self.ids[mark]]
            at += len(mark)
            start = at
        return ids + stretch()

    def golden(self) -> dict:
        tokens, scores, types = (list(column) for column in zip(*self.pieces))
        metadata = {
            "tokenizer.ggml.model": "llama",
            "tokenizer.ggml.tokens": tokens,
            "tokenizer.ggml.scores": scores,
            "tokenizer.ggml.token_type": types,
            "tokenizer.ggml.bos_token_id": self.ids["<s>"],
            "tokenizer.ggml.eos_token_id": self.ids["</s>"],
            "tokenizer.ggml.unknown_token_id": self.ids["<unk>"],
        }
        ids = {str(prefix).lower(): [self.encode(text, prefix) for text in TEXTS] for prefix in (False, True)}
        return {"metadata": metadata, "ids": ids}


def main() -> None:
    path = GOLDEN / "text" / "tiny-tokenizers.json"
    document = {"texts": TEXTS, "byte_level": byte_level(), "scored": Scored().golden()}
    path.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")
    print(path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
