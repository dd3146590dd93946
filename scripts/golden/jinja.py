"""Writes test/golden/text/jinja.json: what transformers' Jinja makes of snippets and of chat templates like real ones."""

import datetime
import json

import transformers.utils.chat_template_utils as chat_template_utils

from storage import GOLDEN

TODAY = datetime.datetime(2026, 3, 5, 14, 7, 9)

VARIABLES = {
    "t": True, "n": None, "i": 3, "y": 0.1, "s": "it's", "q": 'say "hi"', "l": [1, "a", None, True, [2.5]],
    "d": {"a": 1, "b": [True, None], "c": {"k": "it's"}}, "e": [], "text": "\n  hi \n\n", "zh": '你好\n"x"',
    "m": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}],
}  # fmt: skip

SNIPPETS = [
    "{{ t }} {{ n }} {{ none }} {{ true }} {{ False }}|{{ missing }}|{{ d.missing }}",
    "{{ i }} {{ y }} {{ i / 2 }} {{ 7 // 2 }} {{ 1.0 }} {{ 0.1 + 0.2 }}",
    "{{ l }} {{ d }} {{ e }}",
    "{{ [s] }} {{ [q] }} {{ [zh] }}",
    "{{ 'a' ~ t ~ n ~ i ~ l }} {{ t | string }} {{ n | string + '!' }}",
    "{{ l | tojson }} {{ d | tojson }} {{ zh | tojson }} {{ '<a & b>' | tojson }}",
    "{{ d | tojson(indent=2) }}",
    "{{ text.strip() }}|{{ text.strip('\\n') }}|{{ text.lstrip('\\n') }}|{{ text.rstrip('\\n') }}|{{ text | trim }}",
    "{{ 'xxhixx'.strip('x') }} {{ 'abcba'.lstrip('ab') }} {{ m[0].content.strip('q') }}",
    "{% for x in m %}{{ loop.index }}{{ loop.first }}{{ loop.last }} {% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }};{% endfor %}",
    "{% for x in m if x.role == 'user' %}{{ x.content }}{% endfor %}{% for x in e %}{% else %}empty{% endfor %}",
    "{% set ns = namespace(a=0, b=none) %}{% for x in m %}{% set ns.a = ns.a + 1 %}{% endfor %}{{ ns.a }} {{ ns.b }}",
    "{% macro f(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ f(1) }} {{ f(1, b=t) }}",
    "{% set z %}x{{ t }}{% endset %}{{ z }}|{% filter upper %}abc{{ t }}{% endfilter %}",
    "{% if missing is defined %}y{% elif n is none and d.a is defined %}{{ t }}{% else %}n{% endif %}",
    "{{ m[::-1] | map(attribute='role') | join(' ') }} {{ m | length }} {{ m[-1]['content'] }} {{ range(3) | list }}",
    "{{ 'a,b,c'.split(',')[-1] }} {{ 'abc'[::-1] }} {{ 'u' in 'user' }} {{ 'a' in d }} {{ n | default('d') }}",
    "{{ {'a': 1, 'b': none} }} {{ {'a': 1}.get('z', 5) }} {{ 'hello'.replace('l', 'L', 1) }}",
    "  {% if t %}\n  a\n  {% endif %}\nb\n",
    "{%- for x in m %}\n    {{- x.role }}\n{%- endfor %}\n{# comment #}\n{{ 'x' }}\n",
    "{{ strftime_now('%d %b %Y, %A %H:%M') }}",
]

PLAIN = """\
{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nBe kind.<|im_end|>\n' }}{% endif %}
{% for message in messages %}
{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}
{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"""

NO_SYSTEM = """\
{{ bos_token }}
{%- for message in messages %}
    {%- if message.role == 'system' %}
        {{- raise_exception('System role not supported') }}
    {%- endif %}
    {%- set role = 'model' if message.role == 'assistant' else message.role %}
    {{- '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<start_of_turn>model\n' }}
{%- endif %}"""

THINKER = """\
{%- if tools or messages[0].role == 'system' %}
    {{- '<|im_start|>system\n' + (messages[0].content if messages[0].role == 'system' else '') }}
    {%- for tool in tools or [] %}
        {{- '\n' }}{{- tool | tojson }}
    {%- endfor %}
    {{- '<|im_end|>\n' }}
{%- endif %}
{%- set last = namespace(asked=-1) %}
{%- for message in messages %}
    {%- if message.role == 'user' %}
        {%- set last.asked = loop.index0 %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.role == 'user' %}
        {{- '<|im_start|>user\n' + message.content + '<|im_end|>\n' }}
    {%- elif message.role == 'tool' %}
        {{- '<|im_start|>user\n<result>\n' + message.content + '\n</result><|im_end|>\n' }}
    {%- elif message.role == 'assistant' %}
        {%- set content = message.content %}
        {%- set thoughts = '' %}
        {%- if '</think>' in content %}
            {%- set thoughts = content.split('</think>')[0].split('<think>')[-1].strip('\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\n') %}
        {%- endif %}
        {{- '<|im_start|>assistant\n' }}
        {%- if loop.index0 > last.asked and (loop.last or thoughts) %}
            {{- '<think>\n' + thoughts + '\n</think>\n\n' }}
        {%- endif %}
        {{- content }}
        {%- for call in message.tool_calls or [] %}
            {{- '<call>' + call.function.name + ' ' }}{{- call.function.arguments | tojson }}{{- '</call>' }}
        {%- endfor %}
        {{- '<|im_end|>\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\n\n</think>\n\n' }}
    {%- endif %}
{%- endif %}"""

TEMPLATES = {"plain": PLAIN, "no system": NO_SYSTEM, "thinker": THINKER}

TOOL = {"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}}
CALL = {"type": "function", "function": {"name": "now", "arguments": {"zone": "UTC", "exact": True}}}
CONVERSATIONS = [
    {"messages": [{"role": "user", "content": "q"}]},
    {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": " a\n"}]},
    {
        "messages": [
            {"role": "user", "content": "q1"},
            {"role": "assistant", "content": "<think>\n  t1\n</think>\n\n  a1"},
            {"role": "user", "content": " q2 "},
            {"role": "assistant", "content": "a2"},
        ]
    },
    {
        "messages": [
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            {"role": "tool", "content": "noon"},
            {"role": "assistant", "content": "<think>\nt\n</think>\n\na"},
        ],
        "tools": [TOOL],
    },
]


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return TODAY


def rendered(template: str, **variables) -> str | None:
    """None where the template refuses."""
    try:
        return chat_template_utils._compile_jinja_template(template).render(**variables)
    except chat_template_utils.jinja2.exceptions.TemplateError:
        return None


def main() -> None:
    chat_template_utils.datetime = Clock
    snippets = [[snippet, rendered(snippet, **VARIABLES)] for snippet in SNIPPETS]
    assert all(text is not None for _, text in snippets)
    chats = []
    for name, template in TEMPLATES.items():
        for conversation in CONVERSATIONS:
            for options in ({"add_generation_prompt": False}, {"add_generation_prompt": True, "enable_thinking": False}):
                variables = {"bos_token": "<bos>", "tools": None} | conversation | options
                chats.append({"template": name, "variables": variables, "text": rendered(template, **variables)})
    path = GOLDEN / "text" / "jinja.json"
    document = {"today": TODAY.isoformat(), "variables": VARIABLES, "templates": TEMPLATES, "snippets": snippets, "chats": chats}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
