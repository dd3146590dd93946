/** A studio in the test's own process, on a free port and without its page, for what its routes answer. */
import { join } from 'node:path';
import { type RunningStudio, startStudio } from '../../src/studio/index.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** @param folder holds the workspace, `work` @param program that jobs run; the sources when absent */
export function startBareStudio(
  folder: string,
  program: readonly string[] = ['--import', 'tsx', MAIN],
): Promise<RunningStudio> {
  return startStudio({
    ...{ host: '127.0.0.1', port: 0, workspace: join(folder, 'work'), program },
    ...{ version: 'test', rooms: [], page: folder, examples: folder },
  });
}

export function postJson(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
