/** `npm start`: builds the page where it is missing or stale, and opens the studio. Further words go to `tunesmith webui`. */
import { buildPage, isPageStale } from './build-page.ts';

if (isPageStale()) {
  console.log('building the page …');
  await buildPage();
}
process.argv[1] = new URL('../src/cli/main.ts', import.meta.url).pathname;
process.argv.splice(2, 0, 'webui', '--workspace', 'workspace');
await import('../src/cli/main.ts');
