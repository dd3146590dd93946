/** `tunesmith data add`: files of any format become a data set with a name. */
import { basename, extname, join } from 'node:path';
import type { Command } from 'commander';
import { ConfigError, type Language, messageOf } from '../core/index.ts';
import {
  type DatasetPlan,
  guessRoles,
  openTable,
  planDataset,
  type Role,
  type RoleTexts,
  type SourceTable,
} from '../data/index.ts';
import { askAboutPlan, askForRoles } from './data-add-dialog.ts';
import { describePlan, describeTable } from './data-add-report.ts';
import { type AddTexts, TEXTS } from './data-add-texts.ts';
import { shownPath } from './shown-path.ts';

export interface AddOptions {
  readonly name?: string;
  readonly datasetDir: string;
  readonly instruction?: string;
  readonly input?: string;
  readonly output?: string;
  readonly label?: string;
  readonly system?: string;
  readonly history?: string;
  readonly messages?: string;
  readonly template?: string;
  readonly sheet?: string;
  readonly encoding?: string;
  readonly header?: boolean;
  readonly replace?: boolean;
  readonly yes?: boolean;
}

export function addDataAddCommand(data: Command, language: Language): void {
  const text = TEXTS[language];
  data
    .command('add')
    .description(text.about)
    .argument('<files...>', text.files)
    .option('--name <name>', text.name)
    .option('--dataset-dir <folder>', text.datasetDir, 'data')
    .option('--instruction <column>', text.instruction)
    .option('--input <column>', text.input)
    .option('--output <column>', text.output)
    .option('--label <column>', text.label)
    .option('--system <text>', text.system)
    .option('--history <column>', text.history)
    .option('--messages <column>', text.messages)
    .option('--template <text>', text.template)
    .option('--sheet <name>', text.sheet)
    .option('--encoding <name>', text.encoding)
    .option('--header', text.header)
    .option('--no-header', text.noHeader)
    .option('--replace', text.replace)
    .option('-y, --yes', text.yes)
    .action((files: string[], options: AddOptions) => addData(files, options, language));
}

async function addData(files: readonly string[], options: AddOptions, language: Language): Promise<void> {
  const text = TEXTS[language];
  const { sheet, encoding, header: hasHeader, datasetDir, replace: isReplaced = false } = options;
  const given = givenRoles(options, text);
  const table = await openTable(files, { sheet, encoding, hasHeader });
  const { roles, doubts } = withGuesses(given, table);
  const name = options.name ?? nameOf(files[0]!);
  const planOf = (roles: RoleTexts) => planDataset(table, roles, { name, datasetDir, isReplaced });
  console.log(describeTable(files, table, text));
  const isAsking = options.yes !== true && process.stdin.isTTY && process.stdout.isTTY;
  let plan: DatasetPlan;
  if (isAsking) {
    const agreed = await agree(table, roles, { planOf, language });
    if (!agreed) {
      console.log(text.left);
      process.exitCode = 130;
      return;
    }
    plan = agreed;
  } else {
    if (doubts.length > 0 && options.yes !== true) {
      throw new ConfigError(
        text.doubtful(doubts.join(', '), table.columns.map(({ name }) => name).join(', ')),
      );
    }
    plan = planOf(roles);
    console.log(describePlan(plan, roles, text));
  }
  plan.write();
  const info = shownPath(join(datasetDir, 'dataset_info.json'));
  if (plan.target) console.log(text.file(shownPath(plan.target)));
  console.log(text.added(name, plan.samples.length, info));
  console.log(
    `${text.next}tunesmith train dataset=${name} dataset_dir=${datasetDir} model_name_or_path=… output_dir=…`,
  );
}

/** Shows and asks until the user takes a plan; undefined when they leave. */
async function agree(
  table: SourceTable,
  guessed: RoleTexts,
  { planOf, language }: { planOf: (roles: RoleTexts) => DatasetPlan; language: Language },
): Promise<DatasetPlan | undefined> {
  const text = TEXTS[language];
  const columns = table.columns.map(({ name }) => name);
  for (
    let roles: RoleTexts | undefined = guessed;
    roles;
    roles = await askForRoles(columns, roles, language)
  ) {
    let plan: DatasetPlan | undefined;
    try {
      plan = planOf(roles);
      console.log(describePlan(plan, roles, text));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      console.log(messageOf(error, language));
    }
    const answer = await askAboutPlan(plan !== undefined, language);
    if (answer === 'take') return plan;
    if (answer === 'leave') return undefined;
  }
  return undefined;
}

function givenRoles(options: AddOptions, text: AddTexts): RoleTexts {
  const one = (role: Role, other: 'template' | 'label') => {
    const value = options[role as keyof AddOptions];
    if (value !== undefined && options[other] !== undefined) throw new ConfigError(text.both(role, other));
    return (value ?? options[other]) as string | undefined;
  };
  const roles: Partial<Record<Role, string | undefined>> = {
    instruction: one('instruction', 'template'),
    output: one('output', 'label'),
    input: options.input,
    system: options.system,
    history: options.history,
    messages: options.messages,
  };
  return Object.fromEntries(Object.entries(roles).filter(([, value]) => value !== undefined)) as RoleTexts;
}

/** What nobody named is guessed: all roles, or, where some are named, only what there has to be. */
function withGuesses(given: RoleTexts, table: SourceTable): { roles: RoleTexts; doubts: readonly Role[] } {
  const named = Object.values(given);
  if (named.length === 0) return guessRoles(table.columns);
  if (given.messages !== undefined) return { roles: given, doubts: [] };
  const { roles, doubts } = guessRoles(table.columns.filter(({ name }) => !named.includes(name)));
  const due = (['instruction', 'output'] as const).filter((role) => given[role] === undefined);
  const guessed = Object.fromEntries(due.filter((role) => roles[role]).map((role) => [role, roles[role]]));
  return { roles: { ...guessed, ...given }, doubts: doubts.filter((role) => Object.hasOwn(guessed, role)) };
}

function nameOf(file: string): string {
  const stem = basename(file, extname(file));
  return stem.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_').replaceAll(/^_+|_+$/g, '') || 'data';
}
