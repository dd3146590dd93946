/** All evaluations, the latest first. */
import { Link } from 'wouter';
import { EVALUATIONS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ListPage } from '../../ui/list-page.tsx';
import { RemovedJob } from '../../ui/removed-job.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useFormat } from '../../ui/use-format.ts';

export function EvaluationList() {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  const { data, error, refetch } = useAsk(EVALUATIONS.list);
  return (
    <ListPage
      text={text}
      notice={<RemovedJob said={text.removed} />}
      of={{ data: data?.evaluations, error, refetch }}
      columns={[
        { title: text.dataset, cell: ({ id, title }) => <Link href={`/of/${id}`}>{title}</Link> },
        { title: text.model, cell: ({ about }) => about?.['model'] || '–' },
        { title: text.adapters, cell: ({ about }) => about?.['adapters'] || '–' },
        { title: text.others, cell: ({ about }) => about?.['others'] || '–' },
        { title: text.state, cell: ({ state }) => <StateMark state={state} /> },
        { title: text.started, isNumber: true, cell: ({ created }) => format.date(created) },
      ]}
    />
  );
}
