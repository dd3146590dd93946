/**
 * A licence that has to be accepted is shown and accepted once; the acceptance is a file beside the model, with
 * its date. Knows no terminal and no page: who asks and how is the caller's.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bilingual, HubError, messageOf, writeJsonAtomic } from '../core/index.ts';
import { STARTER_PREFIX, type Starter } from './starters.ts';

const RECORD = 'license-accepted.json';

/** What to show before asking. */
export interface LicenseNotice {
  readonly model: string;
  readonly license: string;
  /** Where to read it, as an address without a scheme. */
  readonly readAt: string;
  readonly text: Bilingual;
}

/** An answer given beforehand, or someone to ask. */
export type AcceptLicense = boolean | ((notice: LicenseNotice) => Promise<boolean>);

/** @throws HubError when the starter's licence needs acceptance and nobody gave it, now or before */
export async function ensureLicense(
  starter: Starter,
  folder: string,
  accept: AcceptLicense | undefined,
  now: () => Date,
): Promise<void> {
  const { license, name } = starter;
  const record = join(folder, RECORD);
  if (!license.mustAccept || acceptedLicense(record) === license.name) return;
  const accepted = typeof accept === 'function' ? await accept(noticeOf(starter)) : accept === true;
  if (!accepted) {
    throw new HubError({
      en: `${STARTER_PREFIX}${name}: its licence, the ${license.name}, was not accepted; read it at ${license.readAt} and run again with --accept-license`,
      zh: `${STARTER_PREFIX}${name}：尚未接受其许可证 ${license.name}；请在 ${license.readAt} 阅读，然后加上 --accept-license 重新运行`,
    });
  }
  const { name: licenseName, readAt } = license;
  writeJsonAtomic(record, { license: licenseName, readAt, acceptedAt: now().toISOString() });
}

function noticeOf({ name, license }: Starter): LicenseNotice {
  return {
    model: STARTER_PREFIX + name,
    license: license.name,
    readAt: license.readAt,
    text: {
      en: `${name} comes under the ${license.name}; read them at ${license.readAt}. Whoever uses the model accepts them.`,
      zh: `${name} 受 ${license.name} 约束，全文见 ${license.readAt}。使用该模型即表示接受这些条款。`,
    },
  };
}

function acceptedLicense(record: string): unknown {
  if (!existsSync(record)) return undefined;
  try {
    return JSON.parse(readFileSync(record, 'utf8'))?.license;
  } catch (error) {
    throw new HubError(
      {
        en: `${record}: cannot be read, ${messageOf(error)}; delete it and accept again`,
        zh: `${record}：无法读取，${messageOf(error, 'zh')}；请删去它，然后重新接受许可证`,
      },
      error,
    );
  }
}
