/** A row as the model sees it: every token, the trained ones coloured, the cut ones struck out. */
import { Group, Stack, Text, Tooltip } from '@mantine/core';
import {
  commandLine,
  DATASETS,
  type Reading,
  type ShownRow,
  showWords,
} from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { Answered } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import type { RowPlace } from './rows-tab.tsx';

/** Nobody reads more tokens than this of one row. */
const SHOWN = 4000;

interface TokenViewProps {
  readonly name: string;
  readonly place: RowPlace;
  readonly reading: Reading;
  readonly datasetDir: string;
}

export function TokenView({ name, place: { row, file }, reading, datasetDir }: TokenViewProps) {
  const query = { ...reading, ...(file !== undefined && { file }) };
  const shown = useAsk(DATASETS.tokens, { params: { name, row }, query }, { keep: true });
  return (
    <Stack gap="xs" mt="sm">
      <Answered of={shown} rows={3}>
        {(data) => <Tokens row={data} />}
      </Answered>
      <CommandLine command={commandLine(showWords(name, row, reading, datasetDir))} />
    </Stack>
  );
}

function Tokens({ row }: { row: ShownRow }) {
  const text = useTexts(DATA);
  const said = useSaid();
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
          {said(finding)}
        </Text>
      )}
      <div
        className="tokens"
        style={{ maxHeight: 320, overflow: 'auto' }}
        tabIndex={0}
        role="region"
        aria-label={text.tokensAxis}
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
