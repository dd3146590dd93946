/** No operation and no golden case without a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldenJson } from '../../../test/support/golden.ts';
import { opsOf } from '../../../test/support/op-checks.ts';

const FOLDER = import.meta.dirname;
const files = readdirSync(FOLDER).filter((file) => !file.endsWith('.test.ts'));
const tests = new Map(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => [file, readFileSync(join(FOLDER, file), 'utf8')]),
);

describe('every operation is tested', () => {
  it.each(files)('%s by a table beside it', async (file) => {
    const ops = opsOf((await import(join(FOLDER, file))) as object);
    expect(ops.map(({ name }) => name)).not.toEqual([]);
    // testOps itself asks for a case of every operation that the module exports.
    expect(tests.get(file.replace('.ts', '.test.ts'))).toMatch(
      /^import \* as ops .*^testOps\(cpu, ops, \{/ms,
    );
  });

  it('under a name of its own', async () => {
    const modules = await Promise.all(files.map((file) => import(join(FOLDER, file)) as Promise<object>));
    const names = modules.flatMap((module) => opsOf(module).map(({ name }) => name));
    expect(names).toEqual([...new Set(names)]);
  });
});

it('every golden op is compared', () => {
  const { cases } = goldenJson<{ cases: { op: string }[] }>('ops.json');
  const text = [...tests.values()].join('\n');
  const listed = (op: string) =>
    text.includes(`testGolden(cpu, '${op}'`) || text.match(RegExp(`entries\\(\\{[^}]*\\b${op}\\b`));
  expect([...new Set(cases.map(({ op }) => op))].filter((op) => !listed(op))).toEqual([]);
});
