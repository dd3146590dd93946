/** One JSON text of a file, where the parser's own messages would name no line and differ between versions of Node. */
import { DataError } from '../core/index.ts';
import { findJsonFault, lineAndColumn } from './json-fault.ts';

/**
 * @param firstLine the line of the file on which the text begins
 * @throws DataError with line, column, what is wrong and the remedy
 */
export function parseJson(text: string, path: string, firstLine = 1): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const fault = findJsonFault(text);
    if (!fault) throw error;
    const { line, column } = lineAndColumn(text, fault.offset);
    throw new DataError(
      {
        en: `${path} line ${firstLine + line - 1} column ${column}: ${fault.problem.en}; ${fault.remedy.en}`,
        zh: `${path} 第 ${firstLine + line - 1} 行第 ${column} 列：${fault.problem.zh}；${fault.remedy.zh}`,
      },
      error,
    );
  }
}
