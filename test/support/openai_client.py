"""The official OpenAI client of Python against a server: every feature once, nothing tried twice."""
import json
import sys

import openai

url, key = sys.argv[1:]
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

assert chat(max_completion_tokens=2).choices[0].finish_reason == "length"

thinking = chat(extra_body={"chat_template_kwargs": {"enable_thinking": False}, "top_k": 5})
assert thinking.choices[0].message.content

tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]
answer = client.chat.completions.create(
    model="tiny", messages=[{"role": "user", "content": "call a tool"}], tools=tools
).choices[0]
assert answer.finish_reason == "tool_calls", answer
call = answer.message.tool_calls[0]
assert call.function.name == "weather" and json.loads(call.function.arguments) == {"city": "Paris"}
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

assert client.completions.create(model="sql", prompt="once", max_tokens=3).choices[0].text
floats = client.embeddings.create(model="tiny", input=["a", "b"], encoding_format="float")
decoded = client.embeddings.create(model="tiny", input=["a", "b"])
for one, other in zip(floats.data, decoded.data):
    assert all(abs(x - y) < 1e-6 for x, y in zip(one.embedding, other.embedding))

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
print("all well")
