/** All load tests, the latest first. */
import { Link } from 'wouter';
import { LOADTESTS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { LOADTEST } from '../../i18n/loadtest.ts';
import { ListPage } from '../../ui/list-page.tsx';
import { RemovedJob } from '../../ui/removed-job.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useFormat } from '../../ui/use-format.ts';

export function LoadtestList() {
  const text = useTexts(LOADTEST);
  const format = useFormat();
  const { data, error, refetch } = useAsk(LOADTESTS.list);
  return (
    <ListPage
      text={text}
      notice={<RemovedJob said={text.removed} />}
      of={{ data: data?.loadtests, error, refetch }}
      columns={[
        { title: text.model, cell: ({ id, title }) => <Link href={`/of/${id}`}>{title}</Link> },
        { title: text.dataset, cell: ({ about }) => about?.['dataset'] ?? '–' },
        {
          title: text.concurrency,
          isNumber: true,
          cell: ({ about }) => about?.['load'] ?? about?.['concurrency'] ?? '–',
        },
        { title: text.state, cell: ({ state }) => <StateMark state={state} /> },
        { title: text.started, isNumber: true, cell: ({ created }) => format.date(created) },
      ]}
    />
  );
}
