/** The official OpenAI client against the server, with the stub in the engine's place: nothing is tried twice. */
import OpenAI, { type APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StubServer, startStubServer } from '../support/stub-server.ts';

const servers: StubServer[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => server.drain()));
});

async function start(options: Parameters<typeof startStubServer>[0] = {}) {
  const server = await startStubServer(options);
  servers.push(server);
  return { server, client: new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 }) };
}

const messages = [{ role: 'user' as const, content: 'hello' }];

let server: StubServer;
let client: OpenAI;
beforeAll(async () => {
  ({ server, client } = await start({ adapters: ['sql'], answer: 'Hello there, friend. Bye.' }));
});

describe('chat', () => {
  it('answers in one piece', async () => {
    const { data, request_id } = await client.chat.completions
      .create({ model: 'sql', messages, user: 'u', metadata: { a: 'b' } })
      .withResponse();
    expect(data.choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello there, friend. Bye.', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ]);
    const { prompt_tokens, completion_tokens, total_tokens } = data.usage!;
    expect(completion_tokens).toBe(server.tokenizer.encode('Hello there, friend. Bye.').length);
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
    expect(request_id).toBeTruthy();
    expect(server.engine.asked.at(-1)).toMatchObject({ adapter: 'sql' });
  });

  it('streams the same text, with the usage at the end', async () => {
    const stream = await client.chat.completions.create({
      model: 'tiny',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks[0]!.choices[0]!.delta).toEqual({ role: 'assistant', content: '' });
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(
      'Hello there, friend. Bye.',
    );
    expect(chunks.at(-2)!.choices[0]!.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: expect.any(Number) } });
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  it.each([false, true])('ends before a stop text, streamed: %s', async (stream) => {
    const body = { model: 'tiny', messages, stop: [', fr', 'Bye'] };
    if (!stream) {
      const { choices } = await client.chat.completions.create(body);
      expect(choices[0]).toMatchObject({ message: { content: 'Hello there' }, finish_reason: 'stop' });
      return;
    }
    let text = '';
    for await (const { choices } of await client.chat.completions.create({ ...body, stream: true })) {
      text += choices[0]?.delta.content ?? '';
    }
    expect(text).toBe('Hello there');
  });

  it('takes as many tokens as it is allowed', async () => {
    for (const limit of [{ max_tokens: 3 }, { max_completion_tokens: 3 }]) {
      const { choices, usage } = await client.chat.completions.create({ model: 'tiny', messages, ...limit });
      expect(choices[0]!.finish_reason).toBe('length');
      expect(usage!.completion_tokens).toBe(3);
    }
  });

  it('tells log-probabilities, in one piece and streamed', async () => {
    const body = { model: 'tiny', messages, logprobs: true, top_logprobs: 2, max_tokens: 4 };
    const { choices } = await client.chat.completions.create(body);
    const content = choices[0]!.logprobs!.content!;
    expect(content.map(({ token }) => token).join('')).toBe(choices[0]!.message.content);
    expect(content).toHaveLength(4);
    expect(content[0]!.top_logprobs).toHaveLength(2);
    expect(Buffer.from(content.flatMap(({ bytes }) => bytes!)).toString()).toBe(choices[0]!.message.content);
    const streamed = [];
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
      streamed.push(...(chunk.choices[0]?.logprobs?.content ?? []));
    }
    expect(streamed).toEqual(content);
  });

  it('gives several answers, each with a seed of its own, and the same ones again', async () => {
    const seeds = async (seed?: number) => {
      const { choices } = await client.chat.completions.create({
        model: 'tiny',
        messages,
        n: 3,
        seed: seed ?? null,
      });
      expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
      return server.engine.asked.slice(-3).map(({ sampling }) => sampling.seed);
    };
    expect(await seeds(7)).toEqual([7, 8, 9]);
    expect(await seeds()).not.toEqual(await seeds());
    const texts = ['', '', ''];
    for await (const { choices } of await client.chat.completions.create({
      model: 'tiny',
      messages,
      n: 3,
      stream: true,
    })) {
      for (const { index, delta } of choices) texts[index] += delta.content ?? '';
    }
    expect(texts).toEqual(new Array(3).fill('Hello there, friend. Bye.'));
  });

  it('draws as it is told, and else as the server was started', async () => {
    const ask = async (body: object) => {
      await client.chat.completions.create({ model: 'tiny', messages, ...body });
      return server.engine.asked.at(-1)!.sampling;
    };
    expect(await ask({})).toMatchObject({ doSample: true, temperature: 0.95, topP: 0.7, topK: 50 });
    expect(await ask({ temperature: 0 })).toMatchObject({ doSample: false });
    expect(await ask({ temperature: 0.2, top_p: 0.5, top_k: -1, repetition_penalty: 1.2 })).toMatchObject({
      doSample: true,
      temperature: 0.2,
      topP: 0.5,
      topK: 0,
      repetitionPenalty: 1.2,
    });
  });
});

describe('thoughts', () => {
  it('are told apart from the answer, and switched by chat_template_kwargs', async () => {
    const { server, client } = await start({
      model: 'qwen3',
      template: 'qwen3',
      answer: '<think>\nlet me see\n</think>\n\nyes',
    });
    const { choices } = await client.chat.completions.create({ model: 'tiny', messages });
    expect(choices[0]!.message).toMatchObject({ content: 'yes', reasoning_content: 'let me see' });
    let [thoughts, content] = ['', ''];
    const stream = await client.chat.completions.create({ model: 'tiny', messages, stream: true });
    for await (const { choices } of stream) {
      const delta = choices[0]?.delta as { content?: string; reasoning_content?: string } | undefined;
      thoughts += delta?.reasoning_content ?? '';
      content += delta?.content ?? '';
    }
    expect([thoughts, content]).toEqual(['let me see', 'yes']);
    const extra = { chat_template_kwargs: { enable_thinking: false } };
    await client.chat.completions.create({ model: 'tiny', messages, ...extra });
    const [off, on] = [server.engine.asked.at(-1)!, server.engine.asked.at(-2)!].map(({ prompt }) =>
      server.tokenizer.decode(prompt),
    );
    expect(off).toMatch(/<think>\s*<\/think>\s*$/);
    expect(on).not.toContain('<think>');
  });
});

describe('tools', () => {
  const tools = [
    {
      type: 'function' as const,
      function: {
        name: 'weather',
        description: 'Tells the weather.',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
    },
  ];
  const call = '<tool_call>\n{"name": "weather", "arguments": {"city": "北京"}}\n</tool_call>';

  it('are told to the model, and its calls taken out of the answer', async () => {
    const { server, client } = await start({
      model: 'qwen3',
      template: 'qwen3_nothink',
      answer: `Sure.\n${call}\n${call}`,
    });
    const { choices } = await client.chat.completions.create({ model: 'tiny', messages, tools });
    const { message, finish_reason } = choices[0]!;
    expect(finish_reason).toBe('tool_calls');
    expect(message.content).toBe('Sure.');
    expect(message.tool_calls).toHaveLength(2);
    const [first] = message.tool_calls!;
    expect(first).toMatchObject({
      type: 'function',
      function: { name: 'weather', arguments: '{"city": "北京"}' },
    });
    expect(server.tokenizer.decode(server.engine.asked.at(-1)!.prompt)).toContain('"name": "weather"');

    const collected: { id?: string; name?: string; arguments: string }[] = [];
    let reason: string | null = null;
    for await (const chunk of await client.chat.completions.create({
      model: 'tiny',
      messages,
      tools,
      stream: true,
    })) {
      const choice = chunk.choices[0]!;
      reason = choice.finish_reason ?? reason;
      for (const { index, id, function: part } of choice.delta.tool_calls ?? []) {
        collected[index] ??= { arguments: '' };
        Object.assign(collected[index]!, id && { id }, part?.name && { name: part.name });
        collected[index]!.arguments += part?.arguments ?? '';
      }
    }
    expect(reason).toBe('tool_calls');
    expect(collected.map(({ name, arguments: json }) => [name, json])).toEqual(
      new Array(2).fill(['weather', '{"city": "北京"}']),
    );

    const one = await client.chat.completions.create({
      model: 'tiny',
      messages,
      tools,
      parallel_tool_calls: false,
    });
    expect(one.choices[0]!.message.tool_calls).toHaveLength(1);
    const none = await client.chat.completions.create({
      model: 'tiny',
      messages,
      tools,
      tool_choice: 'none',
    });
    expect(none.choices[0]!.message.tool_calls).toBeUndefined();
  });

  it('are answered in the next turn, with the message as it came', async () => {
    const { server, client } = await start({ model: 'qwen3', template: 'qwen3_nothink', answer: call });
    const { choices } = await client.chat.completions.create({ model: 'tiny', messages, tools });
    const { message } = choices[0]!;
    const id = message.tool_calls![0]!.id;
    await client.chat.completions.create({
      model: 'tiny',
      tools,
      messages: [...messages, message, { role: 'tool', tool_call_id: id, content: 'sunny' }],
    });
    const prompt = server.tokenizer.decode(server.engine.asked.at(-1)!.prompt);
    expect(prompt).toContain(`assistant\n${call}`);
    expect(prompt).toContain('<tool_response>\nsunny\n</tool_response>');
  });
});

describe('JSON', () => {
  it('follows a schema, and is any object without one', async () => {
    const schema = {
      type: 'object',
      properties: { label: { enum: ['a', 'b'] }, sure: { type: 'boolean' } },
      required: ['label', 'sure'],
      additionalProperties: false,
    };
    const ask = (response_format: OpenAI.ChatCompletionCreateParams['response_format'], max_tokens = 400) =>
      client.chat.completions.create({
        model: 'tiny',
        messages,
        response_format: response_format!,
        max_tokens,
      });
    const { choices } = await ask({ type: 'json_schema', json_schema: { name: 'x', schema, strict: true } });
    expect(JSON.parse(choices[0]!.message.content!)).toEqual({
      label: expect.stringMatching(/^[ab]$/),
      sure: expect.any(Boolean),
    });
    expect(choices[0]!.finish_reason).toBe('stop');
    let streamed = '';
    const stream = { response_format: { type: 'json_object' }, max_tokens: 400, stream: true } as const;
    for await (const chunk of await client.chat.completions.create({ model: 'tiny', messages, ...stream })) {
      streamed += chunk.choices[0]?.delta.content ?? '';
    }
    expect(JSON.parse(streamed)).toBeTypeOf('object');
    const free = await ask({ type: 'json_object' });
    expect(JSON.parse(free.choices[0]!.message.content!)).toBeTypeOf('object');
    await expect(
      ask({ type: 'json_schema', json_schema: { name: 'x', schema: { ...schema, not: {} } } }),
    ).rejects.toMatchObject({
      status: 400,
      code: 'unsupported_schema',
    });
  });
});

describe('other endpoints', () => {
  it('go on with texts, streamed and not', async () => {
    const { choices, usage } = await client.completions.create({
      model: 'tiny',
      prompt: ['one', 'two'],
      n: 2,
      max_tokens: 2,
      logprobs: 1,
    });
    expect(choices.map(({ index, text, finish_reason }) => [index, text, finish_reason])).toEqual(
      [0, 1, 2, 3].map((index) => [index, choices[0]!.text, 'length']),
    );
    expect(choices[0]!.logprobs!.tokens!.join('')).toBe(choices[0]!.text);
    expect(usage!.completion_tokens).toBe(8);
    let text = '';
    const ids = server.tokenizer.encode('one');
    for await (const chunk of await client.completions.create({ model: 'tiny', prompt: ids, stream: true })) {
      text += chunk.choices[0]?.text ?? '';
    }
    expect('Hello there, friend. Bye.'.startsWith(text)).toBe(true);
    expect(server.engine.asked.at(-1)!.prompt).toEqual(ids);
  });

  it('embed as floats and as base64, which is what the client asks for by itself', async () => {
    const input = ['one text', 'another'];
    const decoded = await client.embeddings.create({ model: 'tiny', input });
    const floats = await client.embeddings.create({ model: 'tiny', input, encoding_format: 'float' });
    expect(floats.data.map(({ index }) => index)).toEqual([0, 1]);
    for (const [index, { embedding }] of floats.data.entries()) {
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
      expect(decoded.data[index]!.embedding).toEqual(embedding);
    }
  });

  it('stop, and tell what was used at the end of a stream', async () => {
    const body = { model: 'tiny', prompt: ['one', 'two'], max_tokens: 100, stop: ' friend', temperature: 0 };
    const whole = await client.completions.create(body);
    expect(whole.choices.map(({ text, finish_reason }) => [text, finish_reason])).toEqual(
      new Array(2).fill(['Hello there,', 'stop']),
    );
    const texts = ['', ''];
    const usages = [];
    const stream = { stream: true, stream_options: { include_usage: true } } as const;
    for await (const { choices, usage } of await client.completions.create({ ...body, ...stream })) {
      for (const { index, text } of choices) texts[index] += text;
      if (usage) usages.push(usage);
    }
    expect(texts).toEqual(whole.choices.map(({ text }) => text));
    expect(usages).toEqual([whole.usage]);
  });

  it('list the models, and tell one', async () => {
    const names = [];
    for await (const { id } of client.models.list()) names.push(id);
    expect(names).toEqual(['sql', 'tiny']);
    expect(await client.models.retrieve('sql')).toMatchObject({ id: 'sql', object: 'model' });
    await expect(client.models.retrieve('nobody')).rejects.toMatchObject({ status: 404 });
  });

  it('choose among labels', async () => {
    const classify = (body: object) =>
      client.post<{ data: { label: string; probability: number; probabilities?: object }[] }>('/classify', {
        body,
      });
    const labels = ['billing', 'shipping'];
    const all = await classify({
      model: 'sql',
      rows: ['a', { instruction: 'b', input: 'c', system: 'd' }],
      labels,
    });
    expect(all.data).toHaveLength(2);
    for (const { label, probability, probabilities } of all.data) {
      const values = Object.values(probabilities!) as number[];
      expect(values.reduce((sum, value) => sum + value)).toBeCloseTo(1);
      expect((probabilities as Record<string, number>)[label]).toBeCloseTo(probability);
      expect(Math.max(...values)).toBeCloseTo(probability);
    }
    const winner = await classify({ model: 'sql', messages: [messages, messages], labels, mode: 'argmax' });
    expect(winner.data).toHaveLength(2);
    expect(winner.data[0]).not.toHaveProperty('probabilities');
    expect((await classify({ model: 'sql', messages, labels })).data).toHaveLength(1);
  });
});

describe('what is refused', () => {
  it.each<[string, object, Partial<APIError>]>([
    ['an unknown model', { model: 'gpt-9' }, { status: 404, code: 'model_not_found', param: 'model' }],
    ['a wrong type', { temperature: 'hot' }, { status: 400, param: 'temperature' }],
    [
      'a long prompt',
      { messages: [{ role: 'user', content: 'word '.repeat(4000) }] },
      { status: 400, code: 'context_length_exceeded' },
    ],
    ['a field that is not carried out', { logit_bias: { 5: 1 } }, { status: 400, param: 'logit_bias.5' }],
    ['a demanded call', { tools: [], tool_choice: 'required' }, { status: 400, param: 'tool_choice' }],
  ])('%s is an error that the client knows', async (_, body, expected) => {
    const error = await client.chat.completions
      .create({ model: 'tiny', messages, ...body })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ type: 'invalid_request_error', ...expected });
  });
});

describe('what the client is told when there is no answer', () => {
  const never = () => new Promise<void>(() => undefined);

  it('a full queue, with the time to come again', async () => {
    const { client } = await start({ maxQueue: 0 });
    const error = await client.chat.completions
      .create({ model: 'tiny', messages })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    const { status, code, headers } = error as APIError;
    expect([status, code, headers!.get('retry-after')]).toEqual([429, 'queue_full', '1']);
  });

  it('an answer that takes too long', async () => {
    const { client } = await start({ requestTimeoutSeconds: 0.05, wait: never });
    const asked = client.chat.completions.create({ model: 'tiny', messages });
    await expect(asked).rejects.toMatchObject({ status: 504, code: 'deadline_exceeded' });
  });

  it('nothing, when it gives up itself: the request goes with it', async () => {
    let waiting: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      waiting = resolve;
    });
    const { server, client } = await start({
      wait: () => {
        waiting();
        return never();
      },
    });
    const stream = await client.chat.completions.create({ model: 'tiny', messages, n: 2, stream: true });
    await reached;
    expect(server.engine.open).toBe(2);
    stream.controller.abort();
    while (server.engine.open > 0) await new Promise((resolve) => setImmediate(resolve));
  });
});
