/**
 * Requests that are wrong in one place each, generated from what is right: every field with values of other types and
 * beyond its bounds, bodies that are no JSON, words that are no HTTP. Each with the status that it has to get.
 */

export interface Malformed {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  /** JSON unless it is bytes already. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent without a length. */
  readonly chunked?: boolean;
  readonly status: number;
  readonly code?: string;
}

export const MODEL = 'tiny';
/** Of the server that these are for. */
export const CONTEXT_LENGTH = 256;
export const MAX_BODY_BYTES = 200_000;

const user = { role: 'user', content: 'hi' };
const CHAT = '/v1/chat/completions';
const VALID: Readonly<Record<string, object>> = {
  [CHAT]: { model: MODEL, messages: [user] },
  '/v1/completions': { model: MODEL, prompt: 'hi' },
  '/v1/embeddings': { model: MODEL, input: 'hi' },
  '/v1/classify': { model: MODEL, rows: ['hi'], labels: ['a', 'b'] },
};

/** One value of each type. */
const TYPES: Readonly<Record<string, unknown>> = {
  text: 'x',
  number: 1,
  fraction: 0.5,
  flag: true,
  list: [0],
  object: { x: 1 },
};

/** @returns values of all types but those named */
const not = (...types: string[]): unknown[] =>
  Object.entries(TYPES).flatMap(([type, value]) => (types.includes(type) ? [] : [value]));

const SAMPLING: Readonly<Record<string, readonly unknown[]>> = {
  temperature: [...not('number', 'fraction'), -0.1, 2.1, 1e300],
  top_p: [...not('number', 'fraction'), -1, 1.01],
  top_k: [...not('number'), -2],
  repetition_penalty: [...not('number', 'fraction'), 0, -1, 11],
  seed: [...not('number'), 1e300],
  frequency_penalty: [...not(), -1],
  presence_penalty: [...not(), 2],
  logit_bias: not(),
  n: [...not('number'), 0, -1, 65],
  stop: [...not('text', 'list'), '', [1], [''], new Array(17).fill('x'), 'x'.repeat(257)],
  stream: not('flag'),
  stream_options: [...not('object'), { include_usage: 1 }, { other: true }],
  max_tokens: [...not('number'), 0, -1, 1e300],
  unknown_field: not(),
};

const MESSAGES: readonly unknown[] = [
  ...not(),
  [],
  [null],
  ['hi'],
  [{}],
  [{ role: 'user' }],
  [{ role: 'king', content: 'hi' }],
  [{ role: 'user', content: 5 }],
  [{ role: 'user', content: null }],
  [{ role: 'user', content: [] }],
  [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:' } }] }],
  [{ role: 'tool', content: 'x' }],
  [{ role: 'system', content: 'x' }],
  [{ role: 'assistant', content: 'x' }],
  [user, { role: 'assistant', content: 'x' }],
  [user, { role: 'tool', content: 'x', tool_call_id: '1' }],
  [user, { role: 'assistant', tool_calls: [] }, user],
  [user, { role: 'assistant', tool_calls: [{ id: '1', type: 'function', function: { name: 'f' } }] }, user],
  [
    user,
    {
      role: 'assistant',
      tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{' } }],
    },
    user,
  ],
];

const JSON_SCHEMA = (schema: unknown) => ({ type: 'json_schema', json_schema: { name: 'x', schema } });
const INPUTS: readonly unknown[] = [
  ...not('text', 'list'),
  '',
  [],
  [''],
  [1.5],
  [-1],
  [[]],
  [['x']],
  [1e9],
  ['x', 1],
];

const FIELDS: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  [CHAT]: {
    ...SAMPLING,
    messages: MESSAGES,
    max_completion_tokens: [...not('number'), 0, -5],
    logprobs: not('flag'),
    top_logprobs: [...not(), 3, -1, 21],
    tools: [...not(), [{}], [{ type: 'function' }], [{ type: 'function', function: { name: 'a b' } }]],
    tool_choice: [...not(), 'required', { type: 'function', function: { name: 'f' } }],
    parallel_tool_calls: not('flag'),
    response_format: [
      ...not(),
      { type: 'xml' },
      { type: 'json_schema' },
      JSON_SCHEMA('x'),
      JSON_SCHEMA({ type: 'array' }),
      JSON_SCHEMA({ type: 'object', properties: { a: { not: {} } } }),
    ],
    chat_template_kwargs: [...not(), { enable_thinking: 'yes' }, { other: 1 }],
  },
  '/v1/completions': {
    ...SAMPLING,
    prompt: INPUTS,
    logprobs: [...not('number'), -1, 21],
    echo: not(),
    best_of: [...not('number'), 2],
    suffix: not(),
  },
  '/v1/embeddings': { input: INPUTS, encoding_format: not(), dimensions: not(), user: not('text') },
  '/v1/classify': {
    rows: [...not(), [], [''], [{}], [{ other: 'x' }], [{ input: 5 }], [{ input: '' }]],
    messages: [MESSAGES[MESSAGES.length - 1], [[user], []]],
    labels: [...not(), [], ['a'], ['a', 'a'], ['a', ''], ['a', 5], ['x', 'x'.repeat(1025)]],
    mode: not(),
    chat_template_kwargs: not(),
  },
};

function wrongFields(): Malformed[] {
  return Object.entries(FIELDS).flatMap(([path, fields]) =>
    Object.entries({ ...fields, model: [...not('text'), ''] }).flatMap(([field, values]) =>
      values.map((value) => ({
        name: `${path} ${field}: ${JSON.stringify(value).slice(0, 60)}`,
        path,
        body: { ...VALID[path], [field]: value },
        status: 400,
      })),
    ),
  );
}

const bytes = (...values: (string | readonly number[])[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.from(value as string)));
const withContent = (...content: (string | readonly number[])[]): Buffer =>
  bytes(`{"model": "${MODEL}", "messages": [{"role": "user", "content": "`, ...content, '"}]}');

function wrongBodies(path: string): Malformed[] {
  const valid = JSON.stringify(VALID[path]);
  const bad = (name: string, body: unknown, code?: string, rest: Partial<Malformed> = {}): Malformed => ({
    name: `${path} ${name}`,
    path,
    body,
    status: 400,
    ...(code && { code }),
    ...rest,
  });
  const huge = Buffer.alloc(MAX_BODY_BYTES + 1, ' ');
  const long = 'word '.repeat(CONTEXT_LENGTH + 10);
  const { model: _, ...rest } = VALID[path] as { model: string };
  const tooLong = {
    [CHAT]: { messages: [{ role: 'user', content: long }] },
    '/v1/completions': { prompt: long },
    '/v1/embeddings': { input: long },
    '/v1/classify': { rows: [long] },
  }[path];
  return [
    bad('nothing', Buffer.alloc(0), 'invalid_json'),
    bad('a list', Buffer.from('[]')),
    bad('a text', Buffer.from('"hi"')),
    bad('null', Buffer.from('null')),
    bad('no JSON', Buffer.from('model=tiny'), 'invalid_json'),
    bad('half a JSON', Buffer.from(valid.slice(0, -3)), 'invalid_json'),
    bad('JSON and more', Buffer.from(`${valid} {}`), 'invalid_json'),
    bad('NaN', Buffer.from('{"model": NaN}'), 'invalid_json'),
    bad('nested deeply', Buffer.from(`{"model": ${'['.repeat(50_000)}`), 'invalid_json'),
    bad(
      'nested deeply and closed',
      Buffer.from(`{"model": ${'['.repeat(9000)}${']'.repeat(9000)}}`),
      'invalid_json',
    ),
    bad('bytes that are no UTF-8', withContent([0xff, 0xfe]), 'invalid_encoding'),
    bad('a character cut off', withContent([0xe4, 0xbd]), 'invalid_encoding'),
    bad('a lone surrogate as bytes', withContent([0xed, 0xa0, 0x80]), 'invalid_encoding'),
    bad('UTF-16', Buffer.from(valid, 'utf16le'), 'invalid_json'),
    bad('too large', huge, 'body_too_large', { status: 413 }),
    bad('too large, without a length', huge, 'body_too_large', { status: 413, chunked: true }),
    bad('no type', Buffer.from(valid), undefined, { status: 415, headers: { 'Content-Type': '' } }),
    ...[
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonp',
      'multipart/form-data; boundary=x',
    ].map((type) =>
      bad(`type ${type}`, Buffer.from(valid), undefined, { status: 415, headers: { 'Content-Type': type } }),
    ),
    bad('no model', rest),
    bad('an unknown model', { ...rest, model: 'nobody' }, 'model_not_found', { status: 404 }),
    bad('a model with a long name', { ...rest, model: 'x'.repeat(10_000) }, 'model_not_found', {
      status: 404,
    }),
    bad('too long a prompt', { ...VALID[path], ...tooLong }, 'context_length_exceeded'),
    ...['GET', 'PUT', 'DELETE', 'PATCH'].map((method) => ({
      name: `${method} ${path}`,
      method,
      path,
      status: 405,
      code: 'method_not_allowed',
    })),
  ];
}

const PATHS: readonly Malformed[] = [
  { name: 'an unknown path', path: '/v1/nothing', method: 'GET', status: 404, code: 'unknown_url' },
  { name: 'a path upwards', path: '/v1/../../etc/passwd', method: 'GET', status: 404 },
  {
    name: 'an unknown model by path',
    path: '/v1/models/nobody',
    method: 'GET',
    status: 404,
    code: 'model_not_found',
  },
  { name: 'a broken escape', path: '/v1/models/%E0%A4%A', method: 'GET', status: 404 },
  { name: 'a model by another method', path: '/v1/models/tiny', method: 'DELETE', status: 405 },
  { name: 'POST to /health', path: '/health', method: 'POST', status: 405 },
  { name: 'another host', path: '/v1/models', method: 'GET', headers: { Host: 'evil.example' }, status: 421 },
];

export const MALFORMED: readonly Malformed[] = [
  ...wrongFields(),
  ...Object.keys(VALID).flatMap(wrongBodies),
  ...PATHS,
];

/** Words on a bare connection, and the status that they get; none where the connection may simply end. */
export const BROKEN_HTTP: readonly {
  readonly name: string;
  readonly words: string;
  readonly status: number;
}[] = [
  { name: 'no HTTP at all', words: 'hello there\r\n\r\n', status: 400 },
  { name: 'TLS', words: '\x16\x03\x01\x02\x00\x01\x00', status: 400 },
  { name: 'another version', words: 'GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n', status: 400 },
  { name: 'a header without a colon', words: 'GET /health HTTP/1.1\r\nHost localhost\r\n\r\n', status: 400 },
  {
    name: 'two lengths',
    words: `POST ${CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
    status: 400,
  },
  {
    name: 'a negative length',
    words: `POST ${CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n`,
    status: 400,
  },
  {
    name: 'a length and chunks',
    words: `POST ${CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    status: 400,
  },
  {
    name: 'large headers',
    words: `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
    status: 431,
  },
  { name: 'a broken host', words: 'GET /v1/models HTTP/1.1\r\nHost: a b\r\n\r\n', status: 400 },
];

/** Beginnings of requests that never go on: told so after a while, or left by their sender. */
export const HALF_SENT: readonly { readonly name: string; readonly words: string }[] = [
  { name: 'half a request line', words: 'POST /v1/ch' },
  { name: 'half of the headers', words: `POST ${CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Ty` },
  ...Object.keys(VALID).map((path) => ({
    name: `half of the body of ${path}`,
    words: `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"model":`,
  })),
  {
    name: 'chunks that stop',
    words: `POST ${CHAT} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"mod\r\n`,
  },
];
