/**
 * The part of JSON Schema that an answer can be held to, as docs/SUPPORT.md names it. All else is refused by name: the
 * grammar's maker would ignore some keywords silently, and would not survive others.
 */
import { badRequest } from '../http/api-error.ts';

type Json = Readonly<Record<string, unknown>>;

const ANNOTATIONS = ['title', 'description', 'default', 'examples', '$schema', '$comment'];
const DEFINITIONS = ['$defs', 'definitions'];

/** What may stand beside each type; bounds of repetition are unrolled by the grammar, so they are small. */
const BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'minItems', 'maxItems'],
  // Bounds of its length would let line breaks in, which JSON does not have in texts.
  string: [],
  integer: ['minimum', 'maximum'],
  number: [],
  boolean: [],
  null: [],
};
/** Each says all by itself; nothing else that restricts may stand beside it. */
const WHOLE = ['enum', 'const', 'anyOf', '$ref'];
const MAX_REPETITION = 1000;
const MAX_NODES = 1000;
const MAX_CHOICES = 1000;
const REFERENCE = /^#\/(\$defs|definitions)\/([^/~%]+)$/;
/** Beyond it whole numbers are no longer exact. */
const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** @throws ApiError that names the place and the keyword */
export function checkSchema(root: Json): void {
  let nodes = 0;
  let choices = 0;

  const refuse = (place: string, wrong: string) =>
    badRequest(`response_format.json_schema.schema${place}: ${wrong}`, {
      code: 'unsupported_schema',
      param: 'response_format.json_schema.schema',
    });

  const schemaAt = (value: unknown, place: string): Json => {
    if (isObject(value)) return value;
    throw refuse(place, 'has to be an object');
  };

  const visit = (value: unknown, place: string, guarding: readonly string[]): void => {
    const schema = schemaAt(value, place);
    if (++nodes > MAX_NODES) throw refuse('', `has more than ${MAX_NODES} parts; simplify it`);
    const keys = Object.keys(schema).filter(
      (key) => !ANNOTATIONS.includes(key) && !DEFINITIONS.includes(key),
    );
    if (place !== '' && DEFINITIONS.some((key) => key in schema)) {
      throw refuse(place, 'definitions have to stand at the top');
    }
    const whole = WHOLE.find((key) => key in schema);
    if (whole !== undefined) {
      const beside = keys.find(
        (key) => key !== whole && !(key === 'type' && whole !== 'anyOf' && whole !== '$ref'),
      );
      if (beside !== undefined) throw refuse(place, `${beside} beside ${whole} is not supported`);
      visitWhole(schema, whole, place, guarding);
      return;
    }
    const types = typesOf(schema, place);
    const allowed = ['type', ...types.flatMap((type) => BY_TYPE[type]!)];
    const stray = keys.find((key) => !allowed.includes(key));
    if (stray !== undefined) {
      const known = Object.values(BY_TYPE).some((list) => list.includes(stray));
      const why = known
        ? `does not belong to the type ${types.join(', ') || '(none given)'}`
        : 'is not supported';
      throw refuse(place, `${stray} ${why}`);
    }
    if (types.includes('object')) visitObject(schema, place);
    if ('items' in schema) visit(schema['items'], `${place}.items`, []);
    checkRange(schema, place, ['minItems', 'maxItems'], MAX_REPETITION, 0);
    checkRange(schema, place, ['minimum', 'maximum'], MAX_INTEGER, -MAX_INTEGER);
  };

  const typesOf = (schema: Json, place: string): string[] => {
    const { type } = schema;
    if (type === undefined) return [];
    const types = (Array.isArray(type) ? type : [type]) as unknown[];
    const wrong = types.find((name) => typeof name !== 'string' || !Object.hasOwn(BY_TYPE, name));
    if (wrong !== undefined || types.length === 0)
      throw refuse(place, `type ${JSON.stringify(type)} is not known`);
    return types as string[];
  };

  const visitObject = (schema: Json, place: string): void => {
    const properties = schemaAt(schema['properties'] ?? {}, `${place}.properties`);
    for (const [name, value] of Object.entries(properties)) visit(value, `${place}.properties.${name}`, []);
    const { required = [], additionalProperties } = schema;
    const missing =
      Array.isArray(required) && required.find((name) => !Object.hasOwn(properties, String(name)));
    if (!Array.isArray(required) || missing !== undefined) {
      throw refuse(
        place,
        `required has to list names of properties${missing ? `; ${String(missing)} is none` : ''}`,
      );
    }
    if (additionalProperties !== undefined && typeof additionalProperties !== 'boolean') {
      visit(additionalProperties, `${place}.additionalProperties`, []);
    }
  };

  /** @param guarding references on the way here that nothing but choices lies behind: meeting one again never ends */
  const visitWhole = (schema: Json, key: string, place: string, guarding: readonly string[]): void => {
    const value = schema[key];
    if (key === 'const' || key === 'enum') {
      const values = key === 'enum' ? value : [value];
      if (!Array.isArray(values) || values.length === 0) throw refuse(place, 'enum has to list values');
      choices += values.length;
      if (choices > MAX_CHOICES) throw refuse('', `has more than ${MAX_CHOICES} values to choose from`);
      const types = typesOf(schema, place);
      const stray = values.find((one) => types.length > 0 && !types.some((type) => hasType(one, type)));
      if (stray !== undefined)
        throw refuse(place, `${JSON.stringify(stray)} is not of the type ${types.join(', ')}`);
    } else if (key === 'anyOf') {
      if (!Array.isArray(value) || value.length === 0) throw refuse(place, 'anyOf has to list schemas');
      value.forEach((one, index) => {
        visit(one, `${place}.anyOf[${index}]`, guarding);
      });
    } else {
      const match = typeof value === 'string' ? REFERENCE.exec(value) : null;
      const table = match && root[match[1]!];
      if (!match || !isObject(table) || !Object.hasOwn(table, match[2]!)) {
        throw refuse(place, `$ref ${JSON.stringify(value)} does not lead to one of $defs`);
      }
      if (guarding.includes(match[0])) throw refuse(place, `$ref ${match[0]} leads back to itself`);
      // What a reference leads to is looked at where it is defined, and here only for a way back.
      const target = table[match[2]!];
      if (isObject(target) && ('anyOf' in target || '$ref' in target)) {
        visit(target, place, [...guarding, match[0]]);
      }
    }
  };

  const checkRange = (
    schema: Json,
    place: string,
    keys: [string, string],
    max: number,
    min: number,
  ): void => {
    const [low, high] = keys.map((key) => schema[key]);
    for (const [index, value] of [low, high].entries()) {
      if (value === undefined) continue;
      if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
        throw refuse(place, `${keys[index]} has to be a whole number from ${min} to ${max}`);
      }
    }
    if (low !== undefined && high !== undefined && (low as number) > (high as number)) {
      throw refuse(place, `${keys[0]} is larger than ${keys[1]}`);
    }
  };

  if (root['type'] !== 'object') throw refuse('', 'has to be of type object at the top');
  visit(root, '', []);
  for (const key of DEFINITIONS) {
    const table = schemaAt(root[key] ?? {}, `.${key}`);
    for (const [name, value] of Object.entries(table)) {
      visit(value, `.${key}.${name}`, [`#/${key}/${name}`]);
    }
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}
