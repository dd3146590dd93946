/**
 * tokenized_path, as LLaMA-Factory has it: where nothing is, the rows of a run are saved, and where rows are, they are
 * taken in place of those of the data sets. Training rows and validation rows lie in a folder each.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, DataError, writeFolderAtomic } from '../../core/index.ts';
import { type EncodedRows, rowsInMemory } from '../encoded-rows.ts';
import { type EncodedStore, openStore, readAbout } from './store.ts';
import { writeRows } from './store-writer.ts';

export interface TokenizedRows {
  readonly train: EncodedRows;
  readonly evaluation: EncodedRows;
}

const PARTS = { train: 'train', evaluation: 'validation' } as const;

/**
 * @param textKey of the tokenizer and template that the run uses
 * @returns undefined where nothing is saved yet
 * @throws DataError when something else lies there; ConfigError when the rows are of another tokenizer or template
 */
export function openTokenized(path: string, textKey: string): (TokenizedRows & Disposable) | undefined {
  if (!existsSync(path) || readdirSync(path).length === 0) return undefined;
  const opened: EncodedStore[] = [];
  const open = (part: string): EncodedRows => {
    const folder = join(path, part);
    if (!existsSync(folder)) return rowsInMemory([]);
    const store = openStore(folder);
    opened.push(store);
    return store.samples;
  };
  if (!Object.values(PARTS).some((part) => readAbout(join(path, part)))) {
    const ofOthers = existsSync(join(path, 'dataset_dict.json'));
    throw new DataError({
      en: `tokenized_path ${path}: holds ${ofOthers ? 'rows that LLaMA-Factory tokenized' : 'something else'}; name a folder that is empty or not there yet`,
      zh: `tokenized_path ${path}：其中是${ofOthers ? ' LLaMA-Factory 分词的数据' : '其他内容'}；请指定空的或尚不存在的文件夹`,
    });
  }
  const rows = { train: open(PARTS.train), evaluation: open(PARTS.evaluation) };
  const close = () => {
    for (const store of opened) store[Symbol.dispose]();
  };
  if (opened.some(({ about }) => about.textKey !== textKey)) {
    close();
    throw new ConfigError({
      en: `tokenized_path ${path}: its rows were tokenized for another model or template; name another folder, or remove this one`,
      zh: `tokenized_path ${path}：其中的数据是为其他模型或模板分词的；请指定其他文件夹，或删去它`,
    });
  }
  return { ...rows, [Symbol.dispose]: close };
}

/** Saves rows for later runs. */
export async function saveTokenized(path: string, rows: TokenizedRows, textKey: string): Promise<void> {
  await writeFolderAtomic(path, async (folder) => {
    for (const part of ['train', 'evaluation'] as const) {
      if (rows[part].length > 0) writeRows(join(folder, PARTS[part]), rows[part], { key: '', textKey });
    }
  });
}
