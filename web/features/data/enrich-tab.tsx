/** A teacher adds to the rows: the order for it, and what is under way or was made of this data set. */
import { Stack, Text, Title } from '@mantine/core';
import { ENRICHMENTS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { FormColumns } from '../../ui/form-columns.tsx';
import { isOpenJob } from '../../ui/job-actions.tsx';
import { Answered } from '../../ui/states.tsx';
import { EnrichForm } from './enrich-form.tsx';
import { EnrichmentCard } from './enrichment-card.tsx';

const LOOK_AGAIN_MS = 1000;

export function EnrichTab({ name, datasetDir }: { name: string; datasetDir: string }) {
  const text = useTexts(DATA).enrich;
  const list = useAsk(
    ENRICHMENTS.list,
    { query: { dataset: name } },
    { everyMs: (data) => (data?.enrichments.some(({ job }) => isOpenJob(job)) ? LOOK_AGAIN_MS : false) },
  );
  return (
    <FormColumns columns="minmax(280px, 1fr) minmax(0, 1fr)">
      <section aria-label={text.title}>
        <Text size="sm" mb="sm">
          {text.about}
        </Text>
        <EnrichForm name={name} datasetDir={datasetDir} />
      </section>
      <section aria-label={text.made} style={{ minWidth: 0 }}>
        <Title order={2} mb="xs">
          {text.made}
        </Title>
        <Answered of={list} rows={3}>
          {({ enrichments }) =>
            enrichments.length === 0 ? (
              <Text size="sm" c="dimmed">
                {text.notYet}
              </Text>
            ) : (
              <Stack gap="md">
                {enrichments.map((enrichment) => (
                  <EnrichmentCard key={enrichment.job.id} enrichment={enrichment} />
                ))}
              </Stack>
            )
          }
        </Answered>
      </section>
    </FormColumns>
  );
}
