/** Answers drawn at random within a grammar, judged by zod's reading of the same schema. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GOLDEN } from '../../../test/support/golden.ts';
import { Random } from '../../core/index.ts';
import { loadTokenizer, type Tokenizer } from '../../text/index.ts';
import { Grammars, type JsonShape } from './grammars.ts';

type Schema = NonNullable<JsonShape['schema']>;

let tokenizer: Tokenizer;
let grammars: Grammars;
/** Wider than the vocabulary, as padded models have it. */
const VOCAB = 352;

beforeAll(async () => {
  tokenizer = await loadTokenizer({ kind: 'folder', path: join(GOLDEN, 'models', 'llama') });
  grammars = new Grammars(tokenizer, new Set([tokenizer.eosId!]), VOCAB);
});

/** Draws tokens until the grammar is at its end; after a while only what closes is drawn, where it can be. */
async function draw(shape: JsonShape, seed: number): Promise<string> {
  using constraint = await (await grammars.get(shape)).start();
  const random = new Random(seed);
  const tokens: number[] = [];
  const closing = new Set(['"', '}', ']', '"}', ']}'].flatMap((text) => tokenizer.encode(text)));
  while (!constraint.finished) {
    const mask = constraint.mask()!;
    expect(mask).toHaveLength(VOCAB / 32);
    const allowed = Array.from({ length: VOCAB }, (_, id) => id).filter(
      (id) => (mask[id >> 5]! >>> (id & 31)) & 1,
    );
    expect(Math.max(...allowed)).toBeLessThan(tokenizer.vocabSize);
    const closers = tokens.length > 40 ? allowed.filter((id) => closing.has(id)) : [];
    const choice = closers.length > 0 ? closers : allowed;
    const token = choice[random.integer(choice.length)]!;
    constraint.accept(token);
    tokens.push(token);
    if (tokens.length > 2000) throw new Error(`no end: ${tokenizer.decode(tokens)}`);
  }
  return tokenizer.decode(tokens);
}

const object = (properties: Record<string, Schema>, rest: Schema = {}): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...rest,
});

/** Drawn at random, numbers become larger than JavaScript's; JSON knows no bound. */
const finite = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? 1 : value;

describe('an answer held to JSON', () => {
  it('is an object when nothing else is said', async () => {
    for (let seed = 0; seed < 5; seed++) expect(typeof JSON.parse(await draw({}, seed))).toBe('object');
  });

  it.each<[string, Schema]>([
    [
      'scalars',
      object({ a: { type: 'integer' }, b: { type: 'number' }, c: { type: 'boolean' }, d: { type: 'null' } }),
    ],
    ['names and values beyond ASCII', object({ 城市: { enum: ['北京', 'Köln'] } })],
    ['a constant', object({ kind: { const: 'order' }, n: { const: 3 } })],
    ['bounded whole numbers', object({ n: { type: 'integer', minimum: -3, maximum: 12 } })],
    ['lists', object({ l: { type: 'array', items: { type: 'boolean' }, minItems: 2, maxItems: 3 } })],
    ['a choice of types', object({ x: { type: ['string', 'null'] } })],
    ['a choice of schemas', object({ x: { anyOf: [{ type: 'boolean' }, object({ y: { type: 'null' } })] } })],
    [
      'what may be left out',
      {
        type: 'object',
        properties: { a: { type: 'boolean' }, b: { type: 'null' } },
        required: ['b'],
        additionalProperties: false,
      },
    ],
    [
      'a reference to itself',
      {
        ...object({ t: { $ref: '#/$defs/tree' } }),
        $defs: { tree: object({ kids: { type: 'array', items: { $ref: '#/$defs/tree' }, maxItems: 2 } }) },
      },
    ],
  ])('follows its schema: %s', async (_, schema) => {
    const reader = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    for (let seed = 0; seed < 5; seed++) {
      const text = await draw({ schema, strict: true }, seed);
      const { success, error } = reader.safeParse(JSON.parse(text, finite));
      expect(success, `${text}: ${error?.message}`).toBe(true);
    }
  });

  it.each<[string, Schema]>([
    ['has to be of type object', { type: 'array' }],
    ['has to be of type object', {}],
    ['uniqueItems is not supported', object({ a: { type: 'array', uniqueItems: true } })],
    ['multipleOf is not supported', object({ a: { type: 'integer', multipleOf: 2 } })],
    ['not is not supported', object({ a: { not: { type: 'null' } } })],
    ['oneOf is not supported', object({ a: { oneOf: [{ type: 'null' }] } })],
    ['maxLength is not supported', object({ a: { type: 'string', maxLength: 2 } })],
    ['pattern is not supported', object({ a: { type: 'string', pattern: 'a' } })],
    ['minimum does not belong to the type number', object({ a: { type: 'number', minimum: 1 } })],
    ['properties does not belong to the type (none given)', object({ a: { properties: {} } })],
    ['type "strin" is not known', object({ a: { type: 'strin' } })],
    ['required has to list names of properties; b is none', { type: 'object', required: ['b'] }],
    ['anyOf is not supported', { type: 'object', anyOf: [{}] }],
    ['type beside $ref', { ...object({ a: { $ref: '#/$defs/x', type: 'null' } }), $defs: { x: {} } }],
    ['does not lead to one of $defs', object({ a: { $ref: '#/properties/b' } })],
    [
      'leads back to itself',
      { ...object({ a: { $ref: '#/$defs/x' } }), $defs: { x: { $ref: '#/$defs/x' } } },
    ],
    [
      'leads back to itself',
      {
        ...object({}),
        $defs: { x: { anyOf: [{ $ref: '#/$defs/y' }] }, y: { anyOf: [{ $ref: '#/$defs/x' }] } },
      },
    ],
    ['minItems has to be a whole number from 0 to 1000', object({ a: { type: 'array', minItems: 1e9 } })],
    ['minItems is larger than maxItems', object({ a: { type: 'array', minItems: 3, maxItems: 2 } })],
    ['"x" is not of the type integer', object({ a: { type: 'integer', enum: ['x'] } })],
    ['enum has to list values', object({ a: { enum: [] } })],
  ])('is refused: %s', async (reason, schema) => {
    await expect(grammars.get({ schema })).rejects.toThrow(reason);
  });
});
