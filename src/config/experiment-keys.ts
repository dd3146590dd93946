/** Every key of an experiment file with its help, in the order of the schema: for help texts and documents. */
import { z } from 'zod';
import type { Bilingual } from '../core/portable.ts';
import { ExperimentSchema } from './experiment-schema.ts';

export interface ExperimentKey {
  /** `loadtest.requests`; `<name>` stands for names of one's own. */
  readonly path: string;
  readonly help: Bilingual;
}

interface Node extends Partial<Bilingual> {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
}

export function experimentKeys(): ExperimentKey[] {
  return keysBelow(z.toJSONSchema(ExperimentSchema) as Node, '');
}

function keysBelow({ properties = {}, additionalProperties, items }: Node, path: string): ExperimentKey[] {
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  return [
    ...Object.entries(properties).flatMap(([name, node]) => {
      const { en, zh } = node;
      const own = en !== undefined && zh !== undefined ? [{ path: below(name), help: { en, zh } }] : [];
      return [...own, ...keysBelow(node, below(name))];
    }),
    ...(typeof additionalProperties === 'object' ? keysBelow(additionalProperties, below('<name>')) : []),
    ...(items ? keysBelow(items, path) : []),
  ];
}
