import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HubError } from '../core/index.ts';
import { type AcceptLicense, ensureLicense, type LicenseNotice } from './license.ts';
import { STARTERS } from './starters.ts';

const [smollm2, gemma] = [STARTERS[0]!, STARTERS[1]!];
const NOW = () => new Date('2026-01-02T03:04:05Z');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'license-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each<[answer: string, accept: AcceptLicense | undefined]>([
  ['nobody answers', undefined],
  ['the answer was no', false],
  ['whoever was asked says no', async () => false],
])('is refused when %s, and nothing is recorded', async (_answer, accept) => {
  const failure = ensureLicense(gemma, folder, accept, NOW);
  await expect(failure).rejects.toThrow(HubError);
  await expect(failure).rejects.toThrow(
    'starter:gemma-3-270m: its licence, the Gemma Terms of Use, was not accepted; read it at ai.google.dev/gemma/terms and run again with --accept-license',
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('is shown and accepted once, with the date', async () => {
  const shown: LicenseNotice[] = [];
  const ask = async (notice: LicenseNotice) => shown.push(notice) > 0;
  await ensureLicense(gemma, folder, ask, NOW);
  await ensureLicense(gemma, folder, ask, NOW);
  await ensureLicense(gemma, folder, undefined, NOW);
  expect(shown).toHaveLength(1);
  expect(shown[0]).toMatchObject({ model: 'starter:gemma-3-270m', license: 'Gemma Terms of Use' });
  for (const text of Object.values(shown[0]!.text)) expect(text).toContain('ai.google.dev/gemma/terms');
  expect(JSON.parse(readFileSync(join(folder, 'license-accepted.json'), 'utf8'))).toEqual({
    license: 'Gemma Terms of Use',
    readAt: 'ai.google.dev/gemma/terms',
    acceptedAt: '2026-01-02T03:04:05.000Z',
  });
});

test('an answer given beforehand is recorded too', async () => {
  await ensureLicense(gemma, folder, true, NOW);
  expect(readdirSync(folder)).toEqual(['license-accepted.json']);
});

test('a record of another licence does not count, and a broken one is said', async () => {
  const record = join(folder, 'license-accepted.json');
  writeFileSync(record, '{"license": "Other"}');
  await expect(ensureLicense(gemma, folder, false, NOW)).rejects.toThrow('was not accepted');
  writeFileSync(record, '{');
  await expect(ensureLicense(gemma, folder, true, NOW)).rejects.toThrow('delete it and accept again');
});

test('a free licence is not asked about', async () => {
  await ensureLicense(smollm2, folder, undefined, NOW);
  expect(readdirSync(folder)).toEqual([]);
});
