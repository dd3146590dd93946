/** One data set: its rows, and what can be done with them, each on a tab with an address of its own. */
import { Anchor, Button, Tabs } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { DATASETS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Answered } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { CheckTab } from './check-tab.tsx';
import { EnrichTab } from './enrich-tab.tsx';
import { ExportTab } from './export-tab.tsx';
import { RowsTab } from './rows-tab.tsx';
import { SplitTab } from './split-tab.tsx';

const TABS = ['rows', 'check', 'split', 'enrich', 'export'] as const;

export function DatasetView({ name, tab = 'rows' }: { name: string; tab: string | undefined }) {
  const text = useTexts(DATA);
  const format = useFormat();
  const [, go] = useLocation();
  const overview = useAsk(DATASETS.overview, { params: { name } });
  const datasetDir = useAsk(DATASETS.list).data?.datasetDir ?? 'data';
  const path = `/set/${encodeURIComponent(name)}`;
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {text.back}
      </Anchor>
      <PageHead
        title={name}
        about={overview.data && text.rowCount(format.count(overview.data.rows))}
        actions={
          <Button component={Link} href="~/train/new" variant="default">
            {text.train}
          </Button>
        }
      />
      <Answered of={overview}>
        {(data) => (
          <Tabs
            value={TABS.find((one) => one === tab) ?? 'rows'}
            onChange={(one) => go(one === 'rows' ? path : `${path}/${one}`)}
            keepMounted={false}
          >
            <Tabs.List mb="md">
              {TABS.map((one) => (
                <Tabs.Tab key={one} value={one}>
                  {text.tabs[one]}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="rows">
              <RowsTab overview={data} datasetDir={datasetDir} />
            </Tabs.Panel>
            <Tabs.Panel value="check">
              <CheckTab overview={data} datasetDir={datasetDir} />
            </Tabs.Panel>
            <Tabs.Panel value="split">
              <SplitTab overview={data} datasetDir={datasetDir} />
            </Tabs.Panel>
            <Tabs.Panel value="enrich">
              <EnrichTab name={name} datasetDir={datasetDir} />
            </Tabs.Panel>
            <Tabs.Panel value="export">
              <ExportTab name={name} datasetDir={datasetDir} />
            </Tabs.Panel>
          </Tabs>
        )}
      </Answered>
    </>
  );
}
