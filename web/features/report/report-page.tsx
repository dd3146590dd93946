/** Report: the conclusion of an experiment as it was written, to read, edit in its words, print and download. */
import { Button, Select } from '@mantine/core';
import { useRef, useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { EXPERIMENTS, type Experiment } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { REPORT } from '../../i18n/report.ts';
import { DownloadMenu } from '../../ui/download-menu.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Answered, EmptyState, ErrorState } from '../../ui/states.tsx';
import { ReportWords } from './report-words.tsx';

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
  const text = useTexts(REPORT);
  const list = useAsk(EXPERIMENTS.list);
  return (
    <Answered of={list}>
      {({ experiments }) => {
        const written = experiments.filter(({ reportWritten }) => reportWritten !== undefined);
        const shown = written.find((one) => one.id === id) ?? written[0];
        if (shown) return <Shown key={shown.id} experiment={shown} written={written} />;
        return (
          <>
            <PageHead title={text.title} about={text.about} />
            <EmptyState
              title={text.empty}
              actions={
                <Button component={Link} href="~/experiments">
                  {text.toExperiments}
                </Button>
              }
            >
              {text.emptyAbout}
            </EmptyState>
          </>
        );
      }}
    </Answered>
  );
}

function Shown({ experiment, written }: { experiment: Experiment; written: readonly Experiment[] }) {
  const text = useTexts(REPORT);
  const [, go] = useLocation();
  const [isEdited, setEdited] = useState(false);
  const frame = useRef<HTMLIFrameElement>(null);
  const print = useDo(EXPERIMENTS.print);
  const { id, reportWritten = '' } = experiment;
  const file = (name: string) => `/api/experiments/${encodeURIComponent(id)}/files/${name}`;
  return (
    <>
      <PageHead
        title={text.title}
        about={text.about}
        actions={
          <>
            <Select
              aria-label={text.choose}
              data={written.map((one) => ({ value: one.id, label: one.name }))}
              value={id}
              allowDeselect={false}
              onChange={(chosen) => chosen && go(`/${encodeURIComponent(chosen)}`)}
            />
            <Button variant="default" aria-pressed={isEdited} onClick={() => setEdited(!isEdited)}>
              {text.edit}
            </Button>
            <Button onClick={() => frame.current?.contentWindow?.print()}>{text.print}</Button>
            <DownloadMenu
              label={text.download}
              files={[
                { label: text.html, href: `${file('report.html')}?download` },
                { label: text.markdown, href: file('report.md') },
                { label: text.xlsx, href: file('report.xlsx') },
              ]}
              actions={[
                {
                  label: text.pdf,
                  run: () =>
                    print.mutate(
                      { params: { id } },
                      { onSuccess: () => location.assign(file('report.pdf')) },
                    ),
                },
              ]}
              isBusy={print.isPending}
            />
          </>
        }
      />
      {print.error && <ErrorState error={print.error} />}
      {isEdited && <ReportWords key={id} experiment={experiment} onClose={() => setEdited(false)} />}
      {/* No script of it runs, whatever candidates answered; its print is asked for from here. */}
      <iframe
        ref={frame}
        title={text.title}
        src={`${file('report.html')}?${encodeURIComponent(reportWritten)}`}
        sandbox="allow-same-origin allow-modals"
        style={{
          width: '100%',
          height: 'calc(100vh - 130px)',
          minHeight: 480,
          border: '1px solid var(--ts-line)',
          borderRadius: 6,
          background: 'var(--ts-panel)',
        }}
      />
    </>
  );
}
