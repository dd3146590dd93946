/**
 * The house plan as a test: who may import whom, what files are called and how long they are, what is never written.
 * The rooms are read from docs/ARCHITECTURE.md, so that the page and the test cannot drift apart.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const SOURCE_FOLDERS = ['src', 'web', 'test', 'bench', 'scripts', 'native'];
const SOURCE_KINDS = ['.ts', '.tsx', '.mts', '.mjs', '.css', '.py', '.cpp', '.h'];
/** What is written by hand, besides sources. */
const TEXT_FOLDERS = ['docs', 'examples', '.ci', '.github'];
const TEXT_KINDS = [...SOURCE_KINDS, '.md', '.yaml', '.yml', '.json', '.html', '.sh', ''];
const NOT_OURS = ['node_modules', 'dist', 'golden', 'results', 'prebuilt', 'images'];

/** Front doors beside index.ts, for what a browser shares: free of Node. */
const PORTABLE_DOORS = ['src/core/portable.ts', 'src/studio/wire/index.ts'];

const MAX_LINES = 500;
/** Files that may be longer, each with its reason. This list only shrinks. */
/** Files whose caller is yet to come; this list only shrinks. */
const AWAITED: Readonly<Record<string, string>> = {};
const LONGER_FILES: Readonly<Record<string, string>> = {};

function filesBelow(folder: string, kinds: readonly string[]): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.includes(entry.name) ? [] : filesBelow(path, kinds);
    return kinds.includes(extname(path)) ? [path] : [];
  });
}

const texts = new Map<string, string>();
function read(path: string): string {
  if (!texts.has(path)) texts.set(path, readFileSync(join(ROOT, path), 'utf8'));
  return texts.get(path)!;
}

const sources = SOURCE_FOLDERS.flatMap((folder) => filesBelow(folder, SOURCE_KINDS));
const modules = sources.filter((path) => /\.tsx?$/.test(path) && !path.includes('.test.'));
const rooms = modules.filter((path) => path.startsWith('src/') || path.startsWith('web/'));

interface Import {
  readonly from: string;
  /** A file of ours, or a package's name. */
  readonly to: string;
  /** Neither types alone nor when it is first needed. */
  readonly atLoad: boolean;
}

function importsOf(from: string): Import[] {
  const code = withoutComments(read(from));
  const statements = code.matchAll(
    /^(?:import|export)\s+(type\s)?[^;'"`]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm,
  );
  const calls = code.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  const found = [
    ...[...statements].map((match) => ({ name: match[2] ?? match[3]!, atLoad: match[1] === undefined })),
    ...[...calls].map((match) => ({ name: match[1]!, atLoad: false })),
  ];
  return found.map(({ name, atLoad }) => {
    const to = name.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(from), name)) : name;
    return { from, to, atLoad };
  });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

/** Nothing in quotes either: what is left are names and keywords. */
function codeOf(path: string): string {
  return withoutComments(read(path)).replace(
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
    "''",
  );
}

const imports = rooms.flatMap(importsOf);

/** `src/graph/ops/rope.ts` lies in the room `graph`. */
function roomOf(path: string): string {
  const [top, room] = path.split('/');
  return top === 'web' ? 'web' : room!;
}

/** The table of docs/ARCHITECTURE.md: what each room may import besides core. */
function readTable(): Map<string, string[]> {
  const rows = read('docs/ARCHITECTURE.md').matchAll(/^\| ([\w, ]+) \| ([^|]+) \|$/gm);
  const table = new Map([['core', [] as string[]]]);
  for (const [, names, allowed] of rows) {
    if (names === 'room') continue;
    const words = allowed!
      .replace(/\([^)]*\)/g, '')
      .replace(' only', '')
      .split(/,| and /)
      .map((word) => word.trim());
    const list = words.flatMap((word) => {
      if (word === 'nothing') return [];
      if (word === 'everything above') return [...table.keys()];
      return word === 'wire types' ? [] : [word.replace("'s wire types", '')];
    });
    for (const name of names!.split(', ')) table.set(name, ['core', ...list]);
  }
  return table;
}

const table = readTable();

describe('rooms', () => {
  it('are those of the table in docs/ARCHITECTURE.md', () => {
    expect(table.get('graph')).toEqual(['core', 'ggml']);
    expect([...new Set(rooms.map(roomOf))].filter((room) => !table.has(room))).toEqual([]);
  });

  it('import downward only', () => {
    const wrong = imports
      .filter(({ from, to }) => /^(src|web)\//.test(to) && roomOf(from) !== roomOf(to))
      .filter(({ from, to }) => !table.get(roomOf(from))?.includes(roomOf(to)))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(
      wrong,
      'each room is understood without those above it; move what is needed downward, or change the table with its reason',
    ).toEqual([]);
  });

  it('import each other through the front door', () => {
    const wrong = imports
      .filter(({ from, to }) => /^(src|web)\//.test(to) && roomOf(from) !== roomOf(to))
      .filter(({ to }) => !/^src\/\w+\/index\.ts$/.test(to) && !PORTABLE_DOORS.includes(to))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(wrong, "a room's index.ts says what others may rely on; the rest may change at any time").toEqual(
      [],
    );
  });

  it('leave FFI to ggml', () => {
    const wrong = imports.filter(({ from, to }) => to === 'koffi' && roomOf(from) !== 'ggml');
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('leave Node to what no browser runs', () => {
    const isShared = (path: string) =>
      ['config', 'web'].includes(roomOf(path)) || PORTABLE_DOORS.includes(path);
    const reached = new Set(rooms.filter(isShared));
    for (const file of reached) {
      for (const { to, atLoad } of importsOf(file)) if (atLoad && rooms.includes(to)) reached.add(to);
    }
    const wrong = imports.filter(({ from, to }) => reached.has(from) && to.startsWith('node:'));
    expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('keep the pages of the studio apart', () => {
    const featureOf = (path: string) => /^web\/features\/([\w-]+)\//.exec(path)?.[1];
    const wrong = imports
      .filter(
        ({ from, to }) =>
          featureOf(to) !== undefined && roomOf(from) === 'web' && featureOf(from) !== featureOf(to),
      )
      .filter(({ from }) => featureOf(from) !== undefined);
    expect(
      wrong.map(({ from, to }) => `${from} imports ${to}`),
      'what two pages share belongs to web/ui',
    ).toEqual([]);
  });

  it('have no import cycles', () => {
    const edges = groupBy(
      imports.filter(({ atLoad }) => atLoad),
      ({ from }) => from,
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (done.has(file) || path.includes(file)) return;
      for (const { to } of edges.get(file) ?? []) visit(to, [...path, file]);
      done.add(file);
    };
    for (const file of rooms) visit(file, []);
    expect(cycles, 'files of a cycle cannot be read, tested or loaded one after the other').toEqual([]);
  });

  it('hold no file that only tests use', () => {
    const programs = rooms.filter((path) => /^src\/cli\/main\.ts$|^web\/main\.tsx?$/.test(path));
    const reached = new Set<string>();
    const waiting = [...programs];
    for (let file = waiting.pop(); file; file = waiting.pop()) {
      if (reached.has(file) || !rooms.includes(file)) continue;
      reached.add(file);
      waiting.push(...importsOf(file).map(({ to }) => to));
      // Programs that are started rather than imported.
      for (const [, name] of read(file).matchAll(/new URL\([`'](\.\/[\w-]+)\./g)) {
        waiting.push(join(dirname(file), `${name}.ts`));
      }
    }
    expect(rooms.filter((path) => !reached.has(path) && !(path in AWAITED))).toEqual([]);
    expect(Object.keys(AWAITED).filter((path) => reached.has(path))).toEqual([]);
  });
});

describe('files', () => {
  it(`have at most ${MAX_LINES} lines`, () => {
    const long = sources
      .map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
      .filter(({ path, lines }) => lines > MAX_LINES && !(path in LONGER_FILES))
      .map(({ path, lines }) => `${path}: ${lines}`);
    expect(long, 'one idea per file: split it where the ideas part').toEqual([]);
    expect(Object.keys(LONGER_FILES).filter((path) => read(path).split('\n').length <= MAX_LINES)).toEqual(
      [],
    );
  });

  it('are named for their idea', () => {
    const dumps = sources.filter((path) => /^(utils?|helpers?|common|types|misc)\b/.test(basename(path)));
    expect(dumps, 'such a file has no idea of its own: name what is in it').toEqual([]);
    const odd = sources.filter(
      (path) => /\.ts$/.test(path) && !/^[a-z\d]+(-[a-z\d]+)*(\.[a-z]+)*\.ts$/.test(basename(path)),
    );
    expect(odd, 'kebab-case.ts').toEqual([]);
  });

  it('open with what they do', () => {
    const silent = sources.filter(
      (path) => !path.includes('.test.') && !/^(#!.*\n)?(\/\*|\/\/|"""|#)/.test(read(path)),
    );
    expect(silent, 'two to five lines: what it does, and what it deliberately does not know').toEqual([]);
  });
});

describe('what is never written', () => {
  const written = [
    ...sources,
    ...TEXT_FOLDERS.flatMap((folder) => filesBelow(folder, TEXT_KINDS)),
    ...readdirSync(ROOT).filter((name) => /\.(md|json|ts)$/.test(name)),
  ];
  // This file names what it looks for.
  const SELF = 'test/tidy.test.ts';
  const typescript = written.filter((path) => /\.tsx?$/.test(path) && path !== SELF);
  const hosts = [
    'registry.npmjs',
    'npmjs.com',
    'pypi.org',
    'pythonhosted',
    'huggingface.co',
    'hf-mirror',
    'modelscope.cn',
    'conda.io',
    'crates.io',
  ];
  const name = (parts: readonly string[]) => parts.join('|').replaceAll('.', '\\.');

  it.each<[string, RegExp, readonly string[], (path: string) => string, string]>([
    ['any', /(?<![.\w])any\b(?!\s*[:(])/, typescript, codeOf, 'say the type, or unknown'],
    [
      'default exports',
      /^export default\b/m,
      typescript.filter((path) => !path.endsWith('.config.ts')),
      codeOf,
      'a name is the same everywhere',
    ],
    ['enums', /^(export )?(const )?enum\b/m, typescript, codeOf, 'types are erased, enums are not'],
    ['export *', /^export \*/m, typescript, codeOf, 'a front door names what goes through it'],
    [
      'unfinished work',
      /\b(TO|FIX)(DO|ME)\b|\bX{3}\b|\bHACK\b/,
      written,
      read,
      'do it, or write it where work is planned',
    ],
    [
      'hosts of registries',
      new RegExp(name(hosts), 'i'),
      // What a model's bare name means is a fact of the field, and stands in one place.
      written.filter((path) => path !== SELF && path !== 'src/hub/hub-settings.ts'),
      read,
      'their own clients know them',
    ],
    [
      'paths of one machine',
      /(^|[\s'"`(=:])\/(work|home|root|Users|tmp)\/\w/m,
      written,
      read,
      'they are elsewhere on others',
    ],
  ])('%s', (_, pattern, files, textOf, remedy) => {
    const found = files.flatMap((path) => {
      const match = pattern.exec(textOf(path));
      return match ? [`${path}: ${match[0].trim()}`] : [];
    });
    expect(found, remedy).toEqual([]);
  });
});

it('nothing is exported or installed that nobody uses', () => {
  const knip = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules', 'knip', 'bin', 'knip.js'), '--no-progress', '--no-config-hints'],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  expect(knip.stdout + knip.stderr).toBe('');
});

function groupBy<K, T>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
