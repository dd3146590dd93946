/** What a run found in figures, and the file that it was started with. */
import { Group, Title } from '@mantine/core';
import type { RunDetail } from '../../../src/studio/wire/index.ts';
import { useTexts } from '../../i18n/language.tsx';
import { TRAIN } from '../../i18n/train.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { useFormat } from '../../ui/use-format.ts';

export function RunFile({ run }: { run: RunDetail }) {
  const text = useTexts(TRAIN).live;
  const format = useFormat();
  const results = Object.entries(run.results);
  return (
    <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(320px, 1fr))', gap: 16 }}>
      {results.length > 0 && (
        <section>
          <Title order={2} mb="xs">
            {text.results}
          </Title>
          <table className="table">
            <tbody>
              {results.map(([name, value]) => (
                <tr key={name}>
                  <td className="mono">{name}</td>
                  <td className="number">
                    {Number.isInteger(value) ? format.count(value) : format.figure(value)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <section>
        <Group justify="space-between" mb="xs">
          <Title order={2}>{text.runFile}</Title>
          <Group gap="xs">
            <CopyButton value={run.command} label={text.copyCommand} />
            <CopyButton value={run.runFile} label={text.copyYaml} />
          </Group>
        </Group>
        <pre className="code" tabIndex={0}>
          {run.runFile}
        </pre>
      </section>
    </div>
  );
}
