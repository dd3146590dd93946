/** The page in a real browser: the form of a training says its rules, and an error its reason, in the page's language. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { StudioSession } from '../support/studio-session.ts';
import { EN, ZH } from '../support/studio-words.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let session: StudioSession;

beforeAll(async () => {
  session = await StudioSession.start(() => undefined);
});
afterAll(() => session?.close());

it.each([
  {
    words: EN,
    fault: 'lora_rank "0" is out of range; give a whole number at least 1',
    reason: 'run none: there is no such run; look at the list of runs',
  },
  {
    words: ZH,
    fault: 'lora_rank "0" 超出范围；请填不小于 1 的整数',
    reason: '运行 none：没有这次运行；请查看运行列表',
  },
])('$words.locale', async ({ words, fault, reason }) => {
  const page = await session.open('/train/new', { locale: words.locale });
  await page.getByText(words.allSettings).click();
  await page.getByLabel('lora_rank', { exact: true }).fill('0');
  await page.getByText(fault).first().waitFor();
  await page.goto(`${session.url}/train/run/none`);
  await page.getByRole('alert').getByText(reason).waitFor();
  expect(await session.closePages()).toEqual([]);
});
