/**
 * Personal data and secrets, by patterns of what is written in China and in English-speaking countries. Numbers that
 * carry a check digit are only taken for what they are when it is right.
 */
import {
  both,
  type Check,
  type CheckedRow,
  type CheckName,
  type ConcernedRow,
  type Finding,
} from './diagnosis.ts';

interface Pattern {
  readonly name: string;
  readonly kind: Extract<CheckName, 'personal_data' | 'secret'>;
  /** Global. */
  readonly pattern: RegExp;
  readonly isRight?: (text: string) => boolean;
}

/** In this order: what is longer and surer comes first, and is not found again by the others. */
const PATTERNS: readonly Pattern[] = [
  {
    name: 'PRIVATE_KEY',
    kind: 'secret',
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  },
  { name: 'JWT', kind: 'secret', pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g },
  { name: 'API_KEY', kind: 'secret', pattern: /\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])?[A-Za-z0-9_-]{20,}/g },
  { name: 'API_KEY', kind: 'secret', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bLTAI[0-9A-Za-z]{12,24}\b/g },
  {
    name: 'API_KEY',
    kind: 'secret',
    pattern:
      /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20}|hf_[A-Za-z0-9]{30,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35})/g,
  },
  {
    name: 'PASSWORD',
    kind: 'secret',
    pattern:
      /(?<=(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|密码|口令|密钥)\s*(?:[:=：]|是|为)\s*["']?)(?=[!-~]*\d)(?=[!-~]*[A-Za-z])[!-~]{8,64}/gi,
  },
  {
    name: 'EMAIL',
    kind: 'personal_data',
    pattern: /\b[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}\b/g,
  },
  {
    name: 'ID_NUMBER',
    kind: 'personal_data',
    pattern: /(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dXx])/g,
    isRight: isChineseId,
  },
  {
    name: 'ID_NUMBER',
    kind: 'personal_data',
    pattern: /(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g,
  },
  {
    name: 'CARD_NUMBER',
    kind: 'personal_data',
    pattern: /(?<![\d.])[2-6]\d{3}(?:[ -]?\d{4}){3}(?:\d{1,3})?(?![\d.])/g,
    isRight: isLuhn,
  },
  {
    name: 'PHONE',
    kind: 'personal_data',
    pattern: /(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\d.])/g,
  },
  { name: 'PHONE', kind: 'personal_data', pattern: /(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)/g },
  {
    name: 'PHONE',
    kind: 'personal_data',
    pattern:
      /(?<![\w.])(?:\+1[- .]?)?\(?[2-9]\d{2}\)?[- .][2-9]\d{2}[- .]\d{4}(?![\w])|(?<!\w)\+[1-9]\d{0,2}(?:[- ]?\d{2,4}){3,4}(?!\w)/g,
  },
];
/** What none of the patterns does without. */
const SUSPICIOUS = /[@\d]|sk[-_]|[pr]k[-_]|eyJ|AKIA|ASIA|PRIVATE KEY|gh[pousr]_|glpat|hf_|xox|AIza|LTAI/;

const ABOUT = {
  personal_data: { en: 'hold personal data', zh: '含有个人信息' },
  secret: { en: 'hold secrets', zh: '含有密钥或口令' },
} as const;

export class SensitiveCheck implements Check {
  readonly #rows = { personal_data: [] as ConcernedRow[], secret: [] as ConcernedRow[] };
  readonly #counts = { personal_data: new Map<string, number>(), secret: new Map<string, number>() };

  see({ place, system, asked, answer }: CheckedRow): void {
    const text = `${system}\n${asked}\n${answer}`;
    if (!SUSPICIOUS.test(text)) return;
    const names = { personal_data: new Set<string>(), secret: new Set<string>() };
    replaceSensitive(text, ({ kind, name }) => names[kind].add(name));
    for (const kind of ['personal_data', 'secret'] as const) {
      if (names[kind].size === 0) continue;
      for (const name of names[kind]) this.#counts[kind].set(name, (this.#counts[kind].get(name) ?? 0) + 1);
      const edit = (whole: string) => maskSensitive(whole, kind);
      this.#rows[kind].push({
        place,
        note: both([...names[kind]].join(', ')),
        repair: { kind: 'everywhere', edit },
      });
    }
  }

  finish(): Finding[] {
    return (['secret', 'personal_data'] as const).flatMap((check): Finding[] => {
      const rows = this.#rows[check];
      if (rows.length === 0) return [];
      const named = [...this.#counts[check]].map(([name, count]) => `${name} ${count}`).join(', ');
      const what = {
        en: `${rows.length} rows ${ABOUT[check].en}: ${named}`,
        zh: `${rows.length} 行${ABOUT[check].zh}：${named}`,
      };
      return [{ check, severity: check === 'secret' ? 'error' : 'warning', what, rows }];
    });
  }
}

/** A text with a placeholder for each finding of a kind, as `<EMAIL>`. */
function maskSensitive(text: string, kind: Pattern['kind']): string {
  return replaceSensitive(text, () => {}, kind);
}

function replaceSensitive(text: string, onFound: (pattern: Pattern) => void, only?: Pattern['kind']): string {
  let rest = text;
  for (const pattern of PATTERNS) {
    if (only && pattern.kind !== only) continue;
    rest = rest.replaceAll(pattern.pattern, (found) => {
      if (pattern.isRight && !pattern.isRight(found)) return found;
      onFound(pattern);
      return `<${pattern.name}>`;
    });
  }
  return rest;
}

/** The 18th place of a Chinese identity number. @see GB 11643-1999, ISO 7064 MOD 11-2 */
function isChineseId(text: string): boolean {
  let sum = 0;
  for (let at = 0; at < 17; at++) sum += Number(text[at]) * (2 ** (17 - at) % 11);
  return '10X98765432'[sum % 11] === text[17]!.toUpperCase();
}

/** @see ISO/IEC 7812-1, annex B */
function isLuhn(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '');
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}
