/**
 * Chinese and English are equals: what a user can meet is thrown in both, side by side, and the Chinese is Chinese. The
 * sources are read as TypeScript reads them, so no catalogue has to be kept.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '..', 'src');
/** Rooms whose errors a user meets. The others speak to developers, or over HTTP in OpenAI's form: in English. */
const ROOMS = [
  'core',
  'config',
  'data',
  'hub',
  'load',
  'runs',
  'train',
  'jobs',
  'evaluate',
  'enrich',
  'experiment',
  'loadtest',
  'studio',
  'cli',
];
/** Files that may throw in one language, each with its reason. This list only shrinks. */
const ONE_LANGUAGE: Readonly<Record<string, string>> = {
  'studio/routes/servers.ts': 'passes on what a server of the OpenAI form answered',
};

const sources = ROOMS.flatMap((room) =>
  readdirSync(join(SRC, room), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('.test.'))
    .map((path) => {
      const name = join(room, path);
      const text = readFileSync(join(SRC, name), 'utf8');
      return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    }),
);

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

const nodes = sources.flatMap((source) => [...nodesOf(source)]);

function placeOf(node: ts.Node): string {
  const source = node.getSourceFile();
  return `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** TunesmithError and all that descends from it. */
function errorClasses(): Set<string> {
  const classes = new Set(['TunesmithError']);
  for (let before = 0; before < classes.size; ) {
    before = classes.size;
    for (const node of nodes) {
      if (!ts.isClassDeclaration(node) || !node.name) continue;
      const parent = node.heritageClauses?.[0]?.types[0]?.expression.getText();
      if (parent !== undefined && classes.has(parent)) classes.add(node.name.text);
    }
  }
  return classes;
}

/** What an expression may come to: the branches of conditions, else itself. */
function outcomesOf(node: ts.Expression): ts.Expression[] {
  if (ts.isParenthesizedExpression(node)) return outcomesOf(node.expression);
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(outcomesOf);
  const isEither =
    ts.isBinaryExpression(node) &&
    [ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken].includes(node.operatorToken.kind);
  return isEither ? [node.left, node.right].flatMap(outcomesOf) : [node];
}

/** A text of one language: a literal, texts joined, or the message of another error. */
function isOneText(node: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'message';
  if (ts.isCallExpression(node)) return node.expression.getText() === 'messageOf';
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isBinaryExpression(node);
}

it('every error that a user meets is thrown in both languages', () => {
  const classes = errorClasses();
  expect(classes.size).toBeGreaterThan(10);
  const thrown = nodes.flatMap((node) => {
    if (!ts.isNewExpression(node) || !classes.has(node.expression.getText())) return [];
    const message = node.arguments?.[node.expression.getText() === 'TunesmithError' ? 1 : 0];
    return message ? [message] : [];
  });
  expect(thrown.length).toBeGreaterThan(300);
  const inOne = thrown.filter((message) => outcomesOf(message).some(isOneText));
  const files = new Set(inOne.map((message) => message.getSourceFile().fileName));
  expect(
    inOne
      .filter((message) => !(message.getSourceFile().fileName in ONE_LANGUAGE))
      .map((message) => `${placeOf(message)} ${message.getText().slice(0, 60)}`),
    'write { en, zh } in its place, as at the other errors',
  ).toEqual([]);
  expect(Object.keys(ONE_LANGUAGE).filter((file) => !files.has(file))).toEqual([]);
});

it('what stands under zh is Chinese, with its own punctuation', () => {
  const pairs = nodes.flatMap((node) => {
    if (!ts.isObjectLiteralExpression(node)) return [];
    const textUnder = (language: string) => {
      const property = node.properties.find((one) => one.name?.getText() === language);
      return property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
    };
    const [en, zh] = [textUnder('en'), textUnder('zh')];
    return en && zh && isText(en) && isText(zh) ? [{ en, zh }] : [];
  });
  expect(pairs.length).toBeGreaterThan(600);
  const wrong = pairs.filter(({ en, zh }) => {
    const [english, chinese] = [wordsOf(en), wordsOf(zh)];
    const isSame = english.trim() === chinese.trim();
    const isChinese = isSame || /[\u4e00-\u9fff\uff00-\uffef]/.test(zh.getText());
    // What stands in quotes or is code keeps its own.
    const hasForeignMarks = /[\u4e00-\u9fff][,;:!?](\s|$)/.test(chinese);
    return !isChinese || hasForeignMarks || /[\u4e00-\u9fff]/.test(english.replace(/"[^"]*"/g, ''));
  });
  expect(wrong.map(({ zh }) => `${placeOf(zh)} ${zh.getText().slice(0, 80)}`)).toEqual([]);
});

function isText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

/** A text without what is put into it. */
function wordsOf(node: ts.Expression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return '';
  return node.head.text + node.templateSpans.map(({ literal }) => literal.text).join('');
}
