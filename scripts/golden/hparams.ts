/**
 * Writes test/golden/config/hparams.json: every argument that LLaMA-Factory (0.9.6.dev0 with transformers 5.6)
 * knows, with its default as a run file says it. Reads a table with the columns class, name, type, default after
 * a first one. Usage: npx tsx scripts/golden/hparams.ts TABLE.tsv
 */
import { readFileSync, writeFileSync } from 'node:fs';

const [, , table] = process.argv;
if (!table) throw new Error('golden: no table given; name the .tsv file');

const rows = readFileSync(table, 'utf8').trimEnd().split('\n').slice(1);
const defaults = rows.map((row) => {
  const [, , name, , value = ''] = row.split('\t');
  return [name, fromPython(value)];
});
writeFileSync(
  'test/golden/config/hparams.json',
  `${JSON.stringify(Object.fromEntries(defaults), null, 1)}\n`,
);

/** `None (derived)`, `'text'`, `768 * 768`, `AttentionFunction.AUTO`, `linear` as the values that users write. */
function fromPython(text: string): unknown {
  if (text.startsWith('None') || text === '(required)') return null;
  if (text.startsWith('True') || text.startsWith('False')) return text.startsWith('True');
  if (text === '[]') return [];
  const product = /^(\d+) \* (\d+)$/.exec(text);
  if (product) return Number(product[1]) * Number(product[2]);
  if (text !== '' && !Number.isNaN(Number(text))) return Number(text);
  const member = /^[A-Z]\w+\.([A-Z_]+)$/.exec(text);
  return member ? member[1]!.toLowerCase() : text.replaceAll("'", '');
}
