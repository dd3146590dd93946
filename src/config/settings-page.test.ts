import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SETTINGS_PAGE, settingsPage } from '../../scripts/docs/settings.ts';
import { SETTINGS } from './settings.ts';

test('docs/SETTINGS.md is what scripts/docs/settings.ts writes', () => {
  expect(readFileSync(SETTINGS_PAGE, 'utf8'), 'run: npx tsx scripts/docs/settings.ts').toBe(settingsPage());
});

test('the page names every setting', () => {
  const page = settingsPage();
  expect(SETTINGS.filter(({ key }) => !page.includes(`\`${key}\``)).map(({ key }) => key)).toEqual([]);
});

test('the room runs in a browser: no file of it imports from node', () => {
  const files = readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  expect(sources.length).toBeGreaterThan(20);
  for (const file of sources) {
    expect(readFileSync(new URL(file, import.meta.url), 'utf8'), file).not.toMatch(
      /from 'node:|process\.|Buffer/,
    );
  }
});
