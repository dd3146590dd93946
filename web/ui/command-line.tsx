/** A command that does the same as the page: to read, and to copy. */
import { useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';
import { CopyButton } from './copy-button.tsx';

export function CommandLine({ command }: { command: string }) {
  const text = useTexts(SHELL);
  return (
    <div style={{ display: 'flex', gap: 8, alignItems: 'flex-start' }}>
      <pre className="code" style={{ flex: 1, padding: '5px 8px' }} tabIndex={0}>
        {command}
      </pre>
      <CopyButton value={command} label={text.command} />
    </div>
  );
}
