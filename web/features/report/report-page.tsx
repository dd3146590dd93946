/** Report: the conclusion of an experiment as it was written, to read, print and download. */
import { Button, Select } from '@mantine/core';
import { useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { EXPERIMENTS, type Experiment } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { EXPERIMENTS_TEXT } from '../../i18n/experiments.ts';
import { useTexts } from '../../i18n/language.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Answered, EmptyState } from '../../ui/states.tsx';

export function ReportPage() {
  return (
    <Switch>
      <Route path="/:id">{({ id }) => <Reports id={decodeURIComponent(id)} />}</Route>
      <Route>
        <Reports id={undefined} />
      </Route>
    </Switch>
  );
}

function Reports({ id }: { id: string | undefined }) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const list = useAsk(EXPERIMENTS.list);
  return (
    <Answered of={list}>
      {({ experiments }) => {
        const written = experiments.filter(({ hasReport }) => hasReport);
        const shown = written.find((one) => one.id === id) ?? written[0];
        if (!shown) {
          return (
            <>
              <PageHead title={text.reportTitle} about={text.reportAbout} />
              <EmptyState title={text.noReport}>{text.noReportAbout}</EmptyState>
            </>
          );
        }
        return <Shown experiment={shown} written={written} />;
      }}
    </Answered>
  );
}

function Shown({ experiment, written }: { experiment: Experiment; written: readonly Experiment[] }) {
  const text = useTexts(EXPERIMENTS_TEXT);
  const [, go] = useLocation();
  const frame = useRef<HTMLIFrameElement>(null);
  const file = (name: string) => `/api/experiments/${encodeURIComponent(experiment.id)}/files/${name}`;
  return (
    <>
      <PageHead
        title={text.reportTitle}
        about={text.reportAbout}
        actions={
          <>
            <Select
              aria-label={text.choose}
              data={written.map(({ id, name }) => ({ value: id, label: name }))}
              value={experiment.id}
              allowDeselect={false}
              onChange={(id) => id && go(`/${encodeURIComponent(id)}`)}
            />
            <Button onClick={() => frame.current?.contentWindow?.print()}>{text.print}</Button>
            <Button
              component="a"
              variant="default"
              href={file('report.html')}
              download={`${experiment.id}.html`}
            >
              {text.html}
            </Button>
            <Button component="a" variant="default" href={file('report.md')} download={`${experiment.id}.md`}>
              {text.markdown}
            </Button>
            <Button
              component="a"
              variant="default"
              href={file('report.xlsx')}
              download={`${experiment.id}.xlsx`}
            >
              {text.xlsx}
            </Button>
          </>
        }
      />
      {/* No script of it runs, whatever candidates answered; its print is asked for from here. */}
      <iframe
        ref={frame}
        title={text.reportTitle}
        src={file('report.html')}
        sandbox="allow-same-origin allow-modals"
        style={{
          width: '100%',
          height: 'calc(100vh - 130px)',
          border: '1px solid var(--ts-line)',
          borderRadius: 6,
          background: '#fff',
        }}
      />
    </>
  );
}
