/** Lays words and numbers out in columns, for a terminal. */
import { displayWidth, padTo } from './display-width.ts';

export type Cell = string | { readonly text: string; readonly isBold: boolean };

/**
 * Groups of lines under a header, a rule before each group.
 * @param wordColumns how many of the first columns hold words; numbers follow, aligned right
 */
export function textTable(
  header: readonly string[],
  groups: readonly (readonly (readonly Cell[])[])[],
  wordColumns = 1,
): string {
  const all: readonly (readonly Cell[])[] = [header, ...groups.flat()];
  const cells = header.map((_, column) =>
    Math.max(...all.map((line) => displayWidth(textOf(line[column]!)))),
  );
  const lay = (line: readonly Cell[]) =>
    line
      .map((cell, column) => {
        const padded = padTo(textOf(cell), cells[column]!, column < wordColumns ? 'left' : 'right');
        return typeof cell !== 'string' && cell.isBold ? `\u001b[1m${padded}\u001b[0m` : padded;
      })
      .join('  ')
      .trimEnd();
  const rule = cells.map((count) => '─'.repeat(count)).join('  ');
  return [lay(header), ...groups.flatMap((lines) => [rule, ...lines.map(lay)])].join('\n');
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}
