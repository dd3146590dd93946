/** The adapters that trainings left, each with its run. */
import { Button, VisuallyHidden } from '@mantine/core';
import { Link } from 'wouter';
import type { Adapter } from '../../../src/studio/wire/index.ts';
import { useTexts } from '../../i18n/language.tsx';
import { MODELS_TEXT } from '../../i18n/models.ts';
import { useFormat } from '../../ui/use-format.ts';

export function AdapterTable({ adapters }: { adapters: readonly Adapter[] }) {
  const text = useTexts(MODELS_TEXT);
  const format = useFormat();
  return (
    <div className="scroll-x panel" style={{ padding: 0 }}>
      <table className="table">
        <thead>
          <tr>
            <th>{text.adapter}</th>
            <th>{text.base}</th>
            <th>{text.dataset}</th>
            <th className="number">{text.rank}</th>
            <th className="number">{text.size}</th>
            <th className="number">{text.made}</th>
            <th>
              <VisuallyHidden>{text.evaluate}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {adapters.map(({ path, run, base, dataset, rank, sizeBytes, made }) => (
            <tr key={path}>
              <td style={{ overflowWrap: 'anywhere' }}>
                <Link href={`~/train/run/${run}`}>{path}</Link>
              </td>
              <td style={{ overflowWrap: 'anywhere' }}>{base}</td>
              <td>{dataset}</td>
              <td className="number">{rank ?? '–'}</td>
              <td className="number">{format.bytes(sizeBytes)}</td>
              <td className="number">{format.date(made)}</td>
              <td className="number">
                <Button
                  component={Link}
                  size="compact-xs"
                  variant="default"
                  href={`~/evaluate/new?adapter=${encodeURIComponent(path)}`}
                >
                  {text.evaluate}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
