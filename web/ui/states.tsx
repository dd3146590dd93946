/** The states that every page has besides done: loading, error, empty. */
import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { heard, messageOf, type Told } from '../../src/core/portable.ts';
import { CallError } from '../api/call.ts';
import { useLanguage, useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';
import { CopyButton } from './copy-button.tsx';

export function LoadingState({ rows = 5 }: { rows?: number }) {
  const text = useTexts(SHELL);
  return (
    <Stack gap="xs" role="status" aria-label={text.loading}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of a skeleton have nothing to tell them apart
        <Skeleton key={index} height={22} radius="sm" width={`${92 - index * 9}%`} />
      ))}
    </Stack>
  );
}

/** @param onRetry absent where trying again makes no sense */
export function ErrorState({ error, onRetry }: { error: Error; onRetry?: (() => void) | undefined }) {
  const text = useTexts(SHELL);
  const code = error instanceof CallError ? error.code : 'internal';
  const { language } = useLanguage();
  const message = code === 'offline' ? text.offline : messageOf(error, language);
  return (
    <div className="panel" role="alert">
      <Group gap="xs" mb={4}>
        <IconAlertTriangle size={16} color="var(--ts-bad)" />
        <Text fw={600}>{text.failed}</Text>
      </Group>
      <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{message}</Text>
      <Group gap="xs" mt="sm">
        {onRetry && <Button onClick={onRetry}>{text.retry}</Button>}
        <CopyButton value={`${code}: ${error.message}\n${location.href}`} label={text.details} />
      </Group>
    </div>
  );
}

type Failure = { readonly [Key in keyof Told | 'code']?: string | undefined };

/** What a job, a run or an experiment says of its failure; nothing where it says nothing. */
export function FailureState({ of }: { of: Failure | undefined }) {
  if (of?.message === undefined) return null;
  const { message, zh, code = 'internal' } = of;
  return <ErrorState error={new CallError(code, heard({ message, zh }))} />;
}

/** Says what is missing and what to do about it. */
export function EmptyState({
  title,
  children,
  actions,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="panel" style={{ padding: '40px 24px', textAlign: 'center' }}>
      <Title order={2} mb={4}>
        {title}
      </Title>
      <Text c="dimmed" maw={560} mx="auto">
        {children}
      </Text>
      {actions && (
        <Group justify="center" gap="xs" mt="md">
          {actions}
        </Group>
      )}
    </div>
  );
}

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

/** Shows an answer once it is there, and before that what there is to show. */
export function Answered<T>({
  of,
  rows,
  children,
}: {
  of: Asked<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (of.data !== undefined) return children(of.data);
  if (of.error) return <ErrorState error={of.error} onRetry={() => void of.refetch()} />;
  return <LoadingState {...(rows !== undefined && { rows })} />;
}
