/**
 * All settings of a run file in one list, and the type of a resolved run, derived from the supported ones.
 * Forms, help, checks and docs/SETTINGS.md are made from here; nothing restates a setting.
 */
import type { Bilingual } from '../core/portable.ts';
import type { Group, Setting, Spec, ValuesOf } from './setting.ts';
import { DATA } from './settings/data.ts';
import { EVALUATION } from './settings/evaluation.ts';
import { GENERATION } from './settings/generation.ts';
import { IGNORED } from './settings/ignored.ts';
import { MACHINE } from './settings/machine.ts';
import { METHOD } from './settings/method.ts';
import { MODEL } from './settings/model.ts';
import { OLD_NAMES } from './settings/old-names.ts';
import { OUTPUT } from './settings/output.ts';
import { REFUSED_DATA } from './settings/refused-data.ts';
import { REFUSED_MACHINE } from './settings/refused-machine.ts';
import { REFUSED_METHOD } from './settings/refused-method.ts';
import { REFUSED_MODEL } from './settings/refused-model.ts';
import { SERVING } from './settings/serving.ts';
import { TRAIN } from './settings/train.ts';

type Supported = typeof MODEL &
  typeof METHOD &
  typeof DATA &
  typeof OUTPUT &
  typeof TRAIN &
  typeof EVALUATION &
  typeof GENERATION &
  typeof SERVING &
  typeof MACHINE;

/** A run, fully resolved and frozen: every supported setting with its value. */
export type RunConfig = ValuesOf<Supported>;

/** The headings under which settings stand, in the order of a run file. */
export const GROUPS: Readonly<Record<Group, Bilingual>> = {
  model: { en: 'Model', zh: '模型' },
  method: { en: 'Method', zh: '方法' },
  data: { en: 'Data', zh: '数据' },
  output: { en: 'Output', zh: '输出' },
  train: { en: 'Training', zh: '训练' },
  evaluation: { en: 'Evaluation', zh: '评估' },
  generation: { en: 'Generation', zh: '生成' },
  serving: { en: 'Serving', zh: '服务' },
  machine: { en: 'Machine', zh: '机器' },
};

/** Every known setting: the supported ones first, group by group; then second names, ignored and refused ones. */
export const SETTINGS: readonly Setting[] = [
  ...inGroup('model', MODEL),
  ...inGroup('method', METHOD),
  ...inGroup('data', DATA),
  ...inGroup('output', OUTPUT),
  ...inGroup('train', TRAIN),
  ...inGroup('evaluation', EVALUATION),
  ...inGroup('generation', GENERATION),
  ...inGroup('serving', SERVING),
  ...inGroup('machine', MACHINE),
  ...inGroup('train', OLD_NAMES),
  ...inGroup('machine', IGNORED),
  ...inGroup('model', REFUSED_MODEL),
  ...inGroup('data', REFUSED_DATA),
  ...inGroup('method', REFUSED_METHOD),
  ...inGroup('machine', REFUSED_MACHINE),
];

export const SETTINGS_BY_KEY: ReadonlyMap<string, Setting> = new Map(
  SETTINGS.map((setting) => [setting.key, setting]),
);

function inGroup(group: Group, table: Readonly<Record<string, Spec>>): Setting[] {
  return Object.entries(table).map(([key, spec]) => ({ ...spec, key, group }));
}
