"""Writes test/golden/text/templates.json: what LLaMA-Factory's templates make of conversations.

Wants llamafactory 0.9.5, of which only the template code runs (its other needs are stubbed):
    pip install --no-deps llamafactory==0.9.5
"""

import datetime
import enum
import importlib
import importlib.util
import json
import logging
import sys
import types
from pathlib import Path

from storage import GOLDEN

VERSION = "0.9.5"
TODAY = datetime.datetime(2026, 3, 5)
NAMES = ["chatml", "empty", "gemma", "llama3", "qwen3", "qwen3_nothink"]

WEATHER = {
    "name": "get_weather",
    "description": "The weather of 'now', as of \"today\"",
    "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Name, e.g. 北京"},
            "unit": {"type": "string", "enum": ["C", "F"]},
            "days": {"type": "array", "items": {"type": "integer"}, "default": [1.0, 1e-07, 10000000000000000.0, 1e22, -0.0, 7]},
        },
        "required": ["city"],
    },
}
NO_PARAMETERS = {"name": "now", "parameters": {"type": "object", "properties": {}, "2": None, "1": True}}
TOOLS = json.dumps([WEATHER, NO_PARAMETERS], ensure_ascii=False)
WRAPPED_TOOLS = json.dumps([{"type": "function", "function": WEATHER}], indent=1)

CALL = '{"name": "get_weather", "arguments": {"city": "Rome", "days": [1, 2.50, 1E3], "2": null, "1": "\\u4f60\\/\\u007f"}}'
TWO_CALLS = '[{"name":"now","arguments":{}},\n {"name":"get_weather","arguments":{"city":"A \\"B\\"\\n"}}]'
THOUGHT = "<think>\nlet me see\nonce more\n</think>\n\n"


def turns(*contents: str) -> list[dict[str, str]]:
    """Contents by turns; a first letter before a colon names another role than user and assistant."""
    messages = []
    for i, content in enumerate(contents):
        role = "assistant" if i % 2 else "user"
        for mark, other in (("F:", "function"), ("O:", "observation")):
            if content.startswith(mark):
                role, content = other, content[len(mark) :]
        messages.append({"role": role, "content": content})
    return messages


CONVERSATIONS = {
    "single": turns("Capital of France?", "Paris."),
    "empty answer": turns("hi", ""),
    "empty question": turns("", "yo"),
    "white space": turns("  a\n\n", "\n b \n"),
    "marks in text": turns("{{content}} {{system}} $& $1 <|im_end|>", "{{content}} $' \\n <end_of_turn>"),
    "thoughts": turns("q", THOUGHT + "a"),
    "empty thoughts": turns("q", "<think>\n\n</think>\n\na"),
    "thoughts in one line": turns("q", "<think>short</think>a"),
    "thoughts not closed": turns("q", "<think>\nlong"),
    "thoughts twice": turns("q", THOUGHT + "a" + THOUGHT + "b"),
    "thoughts in the question": turns(THOUGHT + "q", "a"),
    "two exchanges": turns("q1", "a1", "q2", "a2"),
    "thoughts in history": turns("q1", THOUGHT + "a1", "q2", "a2"),
    "thoughts at the end": turns("q1", "a1", "q2", THOUGHT + "a2"),
    "thoughts everywhere": turns("q1", THOUGHT + "a1", "q2", THOUGHT + "a2", "q3", THOUGHT + "a3"),
    "call": turns("Weather?", "F:" + CALL, 'O:{"t": 21}', "21C"),
    "two calls": turns("Weather?", "F:" + TWO_CALLS, "O:[]", THOUGHT + "21C"),
    "call with thoughts": turns("Weather?", "F:" + THOUGHT + CALL, "O:x", "21C"),
    "marked call": turns("Weather?", "F:I call.\n<tool_call>\n" + CALL + "\n</tool_call>", "O:x", "21C"),
    "call at the end": turns("Weather?", "F:" + CALL),
    "observation first": turns("O:seen", "ok", "q", "a"),
}
CONTEXTS = {
    "": {},
    "system": {"system": "Be terse."},
    "empty system": {"system": ""},
    "tools": {"tools": TOOLS},
    "wrapped tools": {"tools": WRAPPED_TOOLS},
    "system and tools": {"system": "S", "tools": TOOLS},
    "no tools": {"tools": "[]"},
    "empty tools": {"tools": ""},
}
IN_EVERY_CONTEXT = ["single", "observation first"]


class PieceTokenizer:
    """Gives one token for whatever it is given at once, so that the pieces can be read off the ids."""

    bos_token, eos_token, pad_token = "<BOS>", "<EOS>", "<PAD>"
    chat_template = None

    def __init__(self):
        self.pieces = []

    def encode(self, text: str, add_special_tokens: bool) -> list[int]:
        assert not add_special_tokens
        self.pieces.append(text)
        return [len(self.pieces) - 1]

    def convert_tokens_to_ids(self, token: str) -> int:
        self.pieces.append({"token": token})
        return len(self.pieces) - 1

    def add_special_tokens(self, tokens, replace_additional_special_tokens=True) -> int:
        self.eos_token = tokens.get("eos_token", self.eos_token)
        return 0

    @property
    def bos_token_id(self):
        return self.convert_tokens_to_ids(self.bos_token)

    @property
    def eos_token_id(self):
        return self.convert_tokens_to_ids(self.eos_token)

    pad_token_id = 0

    def read(self, ids: list[int]) -> list:
        return [self.pieces[id] for id in ids]


def load_templates():
    """llamafactory.data.template, without the rest of that package."""
    spec = importlib.util.find_spec("llamafactory")
    root = Path(spec.submodule_search_locations[0])
    assert f'VERSION = "{VERSION}"' in (root / "extras" / "env.py").read_text(), f"wants llamafactory {VERSION}"
    for name, folder in (("llamafactory", root), ("llamafactory.data", root / "data"), ("llamafactory.extras", root / "extras")):
        module = types.ModuleType(name)
        module.__path__ = [str(folder)]
        sys.modules[name] = module
    logging.Logger.info_rank0 = logging.Logger.warning_rank0 = lambda self, message: None
    sys.modules["llamafactory.extras"].logging = types.SimpleNamespace(get_logger=logging.getLogger)
    roles = enum.StrEnum("Role", {role.upper(): role for role in ("user", "assistant", "system", "function", "observation")})
    stub("llamafactory.data.data_utils", Role=roles, SLOTS=list)
    stub("llamafactory.data.mm_plugin", get_mm_plugin=lambda *args, **kwargs: None)
    tools = importlib.import_module("llamafactory.data.tool_utils")
    tools.datetime = types.SimpleNamespace(now=lambda: TODAY)
    return importlib.import_module("llamafactory.data.template").TEMPLATES


def stub(name: str, **members) -> None:
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(members)


def encode(template, messages, context, thinking, strip) -> dict:
    """Training pairs, and the prompt of the same conversation without its last answer, as pieces."""
    tokenizer = PieceTokenizer()
    template.fix_special_tokens(tokenizer)
    template.enable_thinking = thinking
    system, tools = context.get("system"), context.get("tools")
    pairs = template.encode_multiturn(tokenizer, messages, system, tools, strip)
    asked = [*messages[:-1], {"role": "assistant", "content": ""}]
    template.preserve_thinking = not strip
    prompt, _ = template.encode_oneturn(tokenizer, asked, system, tools)
    return {"turns": [[tokenizer.read(source), tokenizer.read(target)] for source, target in pairs], "prompt": tokenizer.read(prompt)}


def cases(templates):
    for name in NAMES:
        template = templates[name]
        reasons = type(template).__name__ == "ReasoningTemplate"
        for title, messages in CONVERSATIONS.items():
            for context_title, context in CONTEXTS.items():
                if context_title and title not in IN_EVERY_CONTEXT[: 2 if name == "gemma" else 1]:
                    continue
                with_options = reasons and not context_title
                for thinking in (True, False, None) if with_options else (True,):
                    for strip in (False, True) if with_options else (False,):
                        try:
                            expected = encode(template, messages, context, thinking, strip)
                        except RuntimeError:  # Gemma's template does not know thoughts around calls.
                            expected = {"fails": True}
                        options = {"enableThinking": thinking, "stripHistoryThoughts": strip}
                        yield {"template": name, "conversation": title, "context": context_title, "options": options} | expected


def main() -> None:
    templates = load_templates()
    tokenizer = PieceTokenizer()
    jinja = {name: templates[name]._get_jinja_template(tokenizer) for name in NAMES}
    lines = [json.dumps(case, ensure_ascii=False) for case in cases(templates)]
    head = {"version": VERSION, "today": TODAY.isoformat(), "conversations": CONVERSATIONS, "contexts": CONTEXTS, "jinja": jinja}
    text = json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "cases": [\n' + ",\n".join(lines) + "\n]}\n"
    path = GOLDEN / "text" / "templates.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(len(lines), "cases,", len(text.encode()), "bytes")


if __name__ == "__main__":
    main()
