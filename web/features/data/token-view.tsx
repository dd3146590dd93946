/** A row as the model sees it: every token, the trained ones coloured, the cut ones struck out. */
import { Group, Text, Tooltip } from '@mantine/core';
import { DATASETS, type ShownRow } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { Answered } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';

/** Nobody reads more tokens than this of one row. */
const SHOWN = 4000;

interface TokenViewProps {
  readonly name: string;
  readonly row: number;
  readonly reading: { readonly model: string; readonly cutoff_len: number };
}

export function TokenView({ name, row, reading }: TokenViewProps) {
  const shown = useAsk(DATASETS.tokens, { params: { name, row }, query: reading }, { keep: true });
  return (
    <Answered of={shown} rows={3}>
      {(data) => <Tokens row={data} />}
    </Answered>
  );
}

function Tokens({ row }: { row: ShownRow }) {
  const text = useTexts(DATA);
  const format = useFormat();
  const { tokens, template, model, finding } = row;
  const trained = tokens.filter((token) => token.trained).length;
  const cut = tokens.filter((token) => token.cut).length;
  return (
    <>
      <Text size="xs" c="dimmed">
        {model} · {text.template(template)} ·{' '}
        {text.tokenCount(format.count(tokens.length), format.count(trained), format.count(cut))}
      </Text>
      <Group gap="sm" my={4}>
        {(['trained', 'read', 'cut'] as const).map((state) => (
          <Text key={state} size="xs" component="span">
            <span className="token" data-state={state} style={{ padding: '1px 6px' }}>
              {text.legend[state]}
            </span>
          </Text>
        ))}
      </Group>
      {finding && (
        <Text size="sm" c="red">
          {finding.reason}
        </Text>
      )}
      <div
        className="tokens"
        style={{ maxHeight: 320, overflow: 'auto' }}
        tabIndex={0}
        role="region"
        aria-label={text.asModel}
      >
        {tokens.slice(0, SHOWN).map((token, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a token's place is what it is
          <Tooltip key={index} label={`${token.id}`} openDelay={400}>
            <span className="token" data-state={token.cut ? 'cut' : token.trained ? 'trained' : 'read'}>
              {token.text.replaceAll('\n', '↵\n')}
            </span>
          </Tooltip>
        ))}
      </div>
    </>
  );
}
