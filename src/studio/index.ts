/** studio: the HTTP API of the web page. It starts jobs and reads what they leave; it loads no engine. */
export { type RunningStudio, startStudio } from './server.ts';
