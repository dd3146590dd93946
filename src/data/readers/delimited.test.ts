import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDelimited, sniffDialect } from './delimited.ts';

/** Records as `line: field|field`, by the dialect that the text itself shows. */
function check(text: string, expected: string[], delimiter?: string): void {
  const dialect = sniffDialect(text);
  if (delimiter !== undefined) expect(dialect.delimiter, text).toBe(delimiter);
  const records = [...parseDelimited([text], dialect)].map(
    ({ line, fields }) => `${line}: ${fields.join('¦')}`,
  );
  expect(records, text).toEqual(expected);
}

test('any of four delimiters, and a single column', () => {
  check('a,b\n1,2\n', ['1: a¦b', '2: 1¦2'], ',');
  check('a\tb\n1\t2', ['1: a¦b', '2: 1¦2'], '\t');
  check('a;b\r\n1;2\r\n', ['1: a¦b', '2: 1¦2'], ';');
  check('a|b\r1|2\r', ['1: a¦b', '2: 1¦2'], '|');
  check('text\n好，很好\none, two\n', ['1: text', '2: 好，很好', '3: one, two'], '');
  check('a,b\n1\n2\n', ['1: a¦b', '2: 1', '3: 2'], ',');
  check('', [], '');
  check('a,b,\n1,2,\n', ['1: a¦b¦', '2: 1¦2¦'], ',');
});

test('the delimiter that all rows share wins over one that text contains', () => {
  check('title\tlabel\nx, y\t1\nx, y, z\t2', ['1: title¦label', '2: x, y¦1', '3: x, y, z¦2'], '\t');
  check('preis;menge\n1,5;2\n2,5;3\n', ['1: preis¦menge', '2: 1,5¦2', '3: 2,5¦3'], ';');
  check('a,b\n"x\ty\tz",2\n"x\ty\tz",2', ['1: a¦b', '2: x\ty\tz¦2', '3: x\ty\tz¦2'], ',');
});

test('quotes: around a field they enclose it, elsewhere they are text', () => {
  check('a,b\n"x, ""y""",2\n,""\n', ['1: a¦b', '2: x, "y"¦2', '3: ¦']);
  check('a,b\n5" disk,2\n"q" z,3\n', ['1: a¦b', '2: 5" disk¦2', '3: "q" z¦3']);
  check('a\tb\n"中国好声音"开播\t3\n"没有关上\t4\n完"\t5\n', [
    ...['1: a¦b', '2: "中国好声音"开播¦3', '3: "没有关上¦4', '4: 完"¦5'],
  ]);
  check('a\tb\n"x, ""y""\nz"\t2\n', ['1: a¦b', '2: x, "y"\nz¦2']);
  check('a,b\n"never closed,2\nx,3', ['1: a¦b', '2: "never closed¦2', '3: x¦3']);
});

test('lines are counted over quoted breaks and blank lines', () => {
  check('a,b\r\n"1\r\n2",x\r\n\r\n3,y', ['1: a¦b', '2: 1\r\n2¦x', '5: 3¦y']);
  check('a,b\n"1\r2\n3",x\n4,y', ['1: a¦b', '2: 1\r2\n3¦x', '5: 4¦y']);
  check('\n\na,b\n1,2', ['3: a¦b', '4: 1¦2']);
});

test('what is written is read', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '中', '"', ',', ';', '\n', '\r', ' ', '|') });
  const table = fc
    .integer({ min: 2, max: 5 })
    .chain((width) =>
      fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
    );
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(
      table,
      fc.constantFrom(',', ';', '\t', '|'),
      fc.constantFrom('\n', '\r\n'),
      (rows, delimiter, end) => {
        const text = rows.map((fields) => fields.map(quoted).join(delimiter)).join(end);
        const read = [...parseDelimited([text], { delimiter, isQuoted: true })];
        expect(read.map(({ fields }) => fields)).toEqual(rows);
      },
    ),
  );
});

test('a million quotes take no longer than a million letters', () => {
  for (const text of [
    `a,b\n${',"""x'.repeat(300_000)}`,
    `a,b\n${'"'.repeat(1_000_001)}`,
    `a,b\n"${'""'.repeat(500_000)}x`,
  ]) {
    const start = performance.now();
    [...parseDelimited([text], sniffDialect(text))];
    expect(performance.now() - start).toBeLessThan(2000);
  }
});

test('property: records are the same wherever the pieces of a text end', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '中', '"', '""', ',', '\t', '\n', '\r', '\r\n'),
    maxLength: 60,
  });
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(',', '\t', ''),
      (text, size, delimiter) => {
        const dialect = { delimiter, isQuoted: true };
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
          text.slice(i * size, (i + 1) * size),
        );
        expect([...parseDelimited(pieces, dialect)]).toEqual([...parseDelimited([text], dialect)]);
      },
    ),
    { numRuns: 500 },
  );
});
