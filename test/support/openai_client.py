"""The official OpenAI client of Python against a server: every feature once, nothing tried twice."""
import json
import sys

import openai

url, key, full_url, slow_url = sys.argv[1:]
client = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)
messages = [{"role": "user", "content": "hello"}]


def chat(**more):
    return client.chat.completions.create(model="tiny", messages=messages, **more)


assert [model.id for model in client.models.list()] == ["sql", "tiny"]

whole = chat(stop=["."], seed=1, n=2, logprobs=True, top_logprobs=2)
text = whole.choices[0].message.content
assert len(whole.choices) == 2 and whole.choices[1].message.content == text and text
assert "".join(one.token for one in whole.choices[0].logprobs.content) == text
assert whole.usage.completion_tokens > 0

chunks = list(chat(stop=["."], stream=True, stream_options={"include_usage": True}))
assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == text
assert chunks[-1].usage.total_tokens > 0

texts, tokens = ["", ""], [[], []]
for chunk in chat(n=2, seed=3, logprobs=True, top_logprobs=1, stream=True, temperature=0.5, top_p=0.9):
    for choice in chunk.choices:
        texts[choice.index] += choice.delta.content or ""
        tokens[choice.index] += [one.token for one in choice.logprobs.content] if choice.logprobs else []
assert texts == ["".join(each) for each in tokens] and texts[0] == texts[1] != "", texts

assert chat(max_tokens=2).choices[0].finish_reason == "length"
assert chat(max_completion_tokens=2).choices[0].finish_reason == "length"

thinking = chat(extra_body={"chat_template_kwargs": {"enable_thinking": False}, "top_k": 5})
assert thinking.choices[0].message.content

thought = client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": "think"}])
assert thought.choices[0].message.reasoning_content == "let me see"
assert thought.choices[0].message.content == "yes"
told = list(client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": "think"}], stream=True))
deltas = [chunk.choices[0].delta for chunk in told]
assert "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas) == "let me see"
assert "".join(delta.content or "" for delta in deltas) == "yes"

tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]
answer = client.chat.completions.create(
    model="tiny", messages=[{"role": "user", "content": "call a tool"}], tools=tools
).choices[0]
assert answer.finish_reason == "tool_calls", answer
call = answer.message.tool_calls[0]
assert call.function.name == "weather" and json.loads(call.function.arguments) == {"city": "Paris"}
pieces = list(
    client.chat.completions.create(
        model="tiny", messages=[{"role": "user", "content": "call a tool"}], tools=tools, stream=True
    )
)
written = [part for piece in pieces for part in piece.choices[0].delta.tool_calls or []]
assert written[0].function.name == "weather" and pieces[-1].choices[0].finish_reason == "tool_calls"
assert json.loads("".join(part.function.arguments for part in written)) == {"city": "Paris"}
client.chat.completions.create(
    model="tiny",
    tools=tools,
    messages=[
        {"role": "user", "content": "call a tool"},
        answer.message,
        {"role": "tool", "tool_call_id": call.id, "content": "sunny"},
    ],
)

schema = {"type": "object", "properties": {"sure": {"type": "boolean"}}, "required": ["sure"], "additionalProperties": False}
held = chat(response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}})
assert isinstance(json.loads(held.choices[0].message.content)["sure"], bool)

assert isinstance(json.loads(chat(response_format={"type": "json_object"}).choices[0].message.content), dict)

parts = list(
    client.completions.create(
        model="tiny", prompt=["one", "two"], max_tokens=3, stream=True, stream_options={"include_usage": True}
    )
)
assert {choice.index for part in parts for choice in part.choices} == {0, 1}
assert parts[-1].usage.completion_tokens == 6
assert client.completions.create(model="sql", prompt="once", max_tokens=3).choices[0].text
floats = client.embeddings.create(model="tiny", input=["a", "b"], encoding_format="float")
decoded = client.embeddings.create(model="tiny", input=["a", "b"])
for one, other in zip(floats.data, decoded.data):
    assert all(abs(x - y) < 1e-6 for x, y in zip(one.embedding, other.embedding))

labels = ["billing", "shipping"]
sorted_rows = client.post(
    "/classify", cast_to=object, body={"model": "sql", "rows": ["a", {"instruction": "b", "input": "c"}], "labels": labels}
)
assert [row["label"] in labels and abs(sum(row["probabilities"].values()) - 1) < 1e-6 for row in sorted_rows["data"]] == [True, True]

for expected, wrong in [
    (openai.NotFoundError, {"model": "nobody"}),
    (openai.BadRequestError, {"temperature": 9}),
    (openai.BadRequestError, {"messages": [{"role": "user", "content": "word " * 5000}]}),
]:
    try:
        client.chat.completions.create(**{"model": "tiny", "messages": messages, **wrong})
    except expected as error:
        assert error.body["message"] and error.request_id
    else:
        raise AssertionError(f"{wrong} was accepted")
try:
    openai.OpenAI(base_url=f"{url}/v1", api_key="wrong", max_retries=0).models.list()
except openai.AuthenticationError:
    pass
else:
    raise AssertionError("a wrong key was accepted")

full = openai.OpenAI(base_url=f"{full_url}/v1", api_key=key, max_retries=0)
try:
    full.chat.completions.create(model="tiny", messages=messages)
except openai.RateLimitError as error:
    assert error.response.headers["retry-after"] == "1" and error.code == "queue_full"
else:
    raise AssertionError("a full queue took a request")
slow = openai.OpenAI(base_url=f"{slow_url}/v1", api_key=key, max_retries=0)
try:
    slow.chat.completions.create(model="tiny", messages=messages)
except openai.InternalServerError as error:
    assert error.status_code == 504 and error.code == "deadline_exceeded"
else:
    raise AssertionError("the deadline did not end anything")
left = slow.chat.completions.create(model="tiny", messages=messages, stream=True)
left.close()
print("all well")
