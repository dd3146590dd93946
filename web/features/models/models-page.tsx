/** Models: getting one, those that are here and what they need, those that were removed, and adapters made here. */
import { Stack, Text, Title } from '@mantine/core';
import { MODELS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { MODELS_TEXT } from '../../i18n/models.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { Answered } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { AdapterTable } from './adapter-table.tsx';
import { GetModel } from './get-model.tsx';
import { ModelTable } from './model-table.tsx';
import { RemovedModels } from './removed-models.tsx';

export function ModelsPage() {
  const text = useTexts(MODELS_TEXT);
  const format = useFormat();
  const list = useAsk(MODELS.list);
  return (
    <>
      <PageHead
        title={text.title}
        about={list.data && text.about(format.bytes(list.data.memoryBytes), list.data.folder)}
      />
      <Answered of={list}>
        {({ models, adapters, removed, takesPaths }) => (
          <Stack gap="lg">
            <GetModel takesPaths={takesPaths} />
            <ModelTable models={models} />
            <RemovedModels removed={removed} />
            <section>
              <Title order={2} mb="xs">
                {text.adapters}
              </Title>
              {adapters.length === 0 ? (
                <Text c="dimmed">{text.noAdapters}</Text>
              ) : (
                <AdapterTable adapters={adapters} />
              )}
            </section>
          </Stack>
        )}
      </Answered>
    </>
  );
}
