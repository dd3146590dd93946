/** Serve: starting a server, those that run and how they fare, and the keys that they ask for. */
import { Stack } from '@mantine/core';
import { SERVERS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SERVE } from '../../i18n/serve.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { Answered, EmptyState } from '../../ui/states.tsx';
import { ApiKeys } from './api-keys.tsx';
import { ServerCard } from './server-card.tsx';
import { StartForm } from './start-form.tsx';

export function ServePage() {
  const text = useTexts(SERVE);
  const list = useAsk(SERVERS.list);
  return (
    <>
      <PageHead title={text.title} about={text.about} />
      <Stack gap="md">
        <StartForm />
        <Answered of={list}>
          {({ servers }) =>
            servers.length === 0 ? (
              <EmptyState title={text.empty}>{text.emptyAbout}</EmptyState>
            ) : (
              servers.map((server) => <ServerCard key={server.job.id} server={server} />)
            )
          }
        </Answered>
        <ApiKeys />
      </Stack>
    </>
  );
}
