/** All evaluations, the latest first. */
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { EVALUATIONS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useTexts } from '../../i18n/language.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Answered, EmptyState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';

export function EvaluationList() {
  const text = useTexts(EVALUATE);
  const format = useFormat();
  const list = useAsk(EVALUATIONS.list);
  const start = (
    <Button leftSection={<IconPlus size={14} />} component={Link} href="/new" data-new>
      {text.start}
    </Button>
  );
  return (
    <>
      <PageHead title={text.title} about={text.about} actions={start} />
      <Answered of={list}>
        {({ evaluations }) =>
          evaluations.length === 0 ? (
            <EmptyState title={text.empty} actions={start}>
              {text.emptyAbout}
            </EmptyState>
          ) : (
            <div className="scroll-x panel" style={{ padding: 0 }}>
              <table className="table">
                <thead>
                  <tr>
                    <th>{text.dataset}</th>
                    <th>{text.model}</th>
                    <th>{text.adapters}</th>
                    <th>{text.state}</th>
                    <th className="number">{text.started}</th>
                  </tr>
                </thead>
                <tbody>
                  {evaluations.map(({ id, title, state, created, about }) => (
                    <tr key={id}>
                      <td>
                        <Link href={`/of/${id}`}>{title}</Link>
                      </td>
                      <td style={{ overflowWrap: 'anywhere' }}>{about?.['model']}</td>
                      <td style={{ overflowWrap: 'anywhere' }}>{about?.['adapters'] || '–'}</td>
                      <td>
                        <StateMark state={state} />
                      </td>
                      <td className="number">{format.date(created)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answered>
    </>
  );
}
