/** A page that lists what there is: its head with the way to start one more, and its states until the list is there. */
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { type EntryColumn, EntryTable } from './entry-table.tsx';
import { PageHead } from './page-head.tsx';
import { Answered, EmptyState } from './states.tsx';

interface ListPageProps<Entry extends { readonly id: string }> {
  readonly text: {
    readonly title: string;
    readonly about: string;
    readonly start: string;
    readonly empty: string;
    readonly emptyAbout: string;
  };
  /** Undefined while it is asked for. */
  readonly of: {
    readonly data: readonly Entry[] | undefined;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  readonly columns: readonly EntryColumn<Entry>[];
  /** Above the list, where there is something to say. */
  readonly notice?: ReactNode;
  /** Below the list. */
  readonly foot?: ReactNode;
  readonly isShown?: (entry: Entry) => boolean;
}

/** A new entry is started on `/new` of the page. */
export function ListPage<Entry extends { readonly id: string }>(props: ListPageProps<Entry>) {
  const { text, of, columns, notice, foot, isShown = () => true } = props;
  const start = (
    <Button leftSection={<IconPlus size={14} />} component={Link} href="/new" data-new>
      {text.start}
    </Button>
  );
  return (
    <>
      <PageHead title={text.title} about={text.about} actions={start} />
      {notice}
      <Answered of={of}>
        {(entries) =>
          entries.length === 0 ? (
            <EmptyState title={text.empty} actions={start}>
              {text.emptyAbout}
            </EmptyState>
          ) : (
            <>
              <EntryTable entries={entries.filter(isShown)} keyOf={({ id }) => id} columns={columns} />
              {foot}
            </>
          )
        }
      </Answered>
    </>
  );
}
