/** Lines for people who look for what happened: to standard error, with time and level; quiet in tests. */

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LEVELS)[number];

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * @param write takes one finished line
 * @param threshold lines below it are dropped
 */
export function createLogger(
  write: (line: string) => void,
  threshold: LogLevel = 'info',
  now = () => new Date(),
): Logger {
  const at = (level: LogLevel) => (message: string) => {
    if (LEVELS.indexOf(level) >= LEVELS.indexOf(threshold)) {
      write(`${now().toISOString()} ${level.padEnd(5)} ${message}\n`);
    }
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
