/** A picture that takes its colours from the page it stands in, so that it follows a light or a dark theme. */
import { COLOURS } from './figure.ts';

/** Each colour becomes `var(--figure-<name>, <colour>)`; alone, the picture looks as before. */
export function themedSvg(svg: string): string {
  return Object.entries(COLOURS).reduce(
    (themed, [name, colour]) => themed.replaceAll(colour, `var(--figure-${name}, ${colour})`),
    svg,
  );
}
