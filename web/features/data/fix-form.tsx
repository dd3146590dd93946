/** A repaired copy under a name of its own; the rows themselves stay as they are. */
import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useLocation } from 'wouter';
import { type CheckRequest, checkWords, commandLine, DOCTOR } from '../../../src/studio/wire/index.ts';
import { useDo } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useFreeName } from './use-free-name.ts';

interface FixFormProps {
  readonly name: string;
  readonly request: CheckRequest;
  readonly datasetDir: string;
}

export function FixForm({ name, request, datasetDir }: FixFormProps) {
  const text = useTexts(DATA).check;
  const [, go] = useLocation();
  const [as, setAs] = useFreeName(`${name}.fixed`, `${name}_fixed`);
  const fix = useDo(DOCTOR.fix);
  return (
    <section className="panel" aria-label={text.fix}>
      <Title order={2}>{text.fix}</Title>
      <Text size="sm" mb="xs">
        {text.fixAbout}
      </Text>
      <Stack gap="xs">
        <Group gap="xs" align="flex-end">
          <TextInput
            label={text.as}
            value={as}
            onChange={(event) => setAs(event.currentTarget.value)}
            style={{ flex: '0 1 260px' }}
          />
          <Button
            loading={fix.isPending}
            onClick={() =>
              fix.mutate(
                { params: { name }, body: { ...request, as } },
                {
                  onSuccess: (fixed) => {
                    setAs(null);
                    go(`/set/${encodeURIComponent(fixed.name)}/check`);
                  },
                },
              )
            }
          >
            {text.fixGo}
          </Button>
        </Group>
        {fix.error && <ErrorState error={fix.error} />}
        <CommandLine command={commandLine(checkWords(name, request, datasetDir, as))} />
      </Stack>
    </section>
  );
}
