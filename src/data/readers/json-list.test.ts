import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitJsonList } from './json-list.ts';

/** The list cut into pieces of so many bytes, which share their memory as those of a file do. */
function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  const piece = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) yield piece.subarray(0, bytes.copy(piece, 0, at));
}

function check(text: string, expected: (string | undefined)[], size = 3): void {
  const found = [...splitJsonList(pieces(Buffer.from(text), size))];
  expect(
    found.map((value) => value?.trim()),
    text,
  ).toEqual(expected);
}

test('values of a list, one after the other', () => {
  check('[]', []);
  check(' [ ] \n', []);
  check('[{"a": "],"}, [1, [2]], "\\"[", 5]', ['{"a": "],"}', '[1, [2]]', '"\\"["', '5']);
  check('\ufeff[ "好" ]', ['"好"']);
});

test('what is no list of values is told, after the values before it', () => {
  for (const text of ['', '{"a": [1]}', '1', 'x[1]', '[1', '[1,', '["', '[,1]', '[1,]']) {
    expect([...splitJsonList(pieces(Buffer.from(text), 3))].at(-1), text).toBeUndefined();
    expect([...splitJsonList(pieces(Buffer.from(text), 3))].length, text).toBeGreaterThan(0);
  }
  check('[1] 2', ['1', undefined]);
  check('[1][2]', ['1', undefined]);
  check('[1}', [undefined]);
  expect([...splitJsonList([Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d])])]).toEqual([undefined]);
});

test('property: any list comes back, wherever its pieces end', () => {
  const list = fc.array(fc.jsonValue());
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 40 }), fc.boolean(), (values, size, isWide) => {
      const text = JSON.stringify(values, null, isWide ? 2 : 0);
      const found = [...splitJsonList(pieces(Buffer.from(text), size))];
      expect(found.map((value) => JSON.parse(value!))).toEqual(JSON.parse(text));
    }),
  );
});
