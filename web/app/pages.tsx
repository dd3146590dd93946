/** The pages in the order of the work, each loaded when it is first opened, or before that when nothing else is to do. */
import {
  IconChartBar,
  IconCpu,
  IconDatabase,
  IconFlask,
  IconGauge,
  IconMessage,
  IconReportAnalytics,
  IconServer,
  IconSettings,
  IconTrendingDown,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { SHELL } from '../i18n/shell.ts';
import { loadLater } from '../ui/load-later.tsx';
import { LoadingState } from '../ui/states.tsx';

export type PageName = keyof (typeof SHELL)['en']['pages'];

export interface Page {
  readonly name: PageName;
  readonly path: string;
  /** After g. */
  readonly key: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number }>;
  /** The room that has to be there for it. */
  readonly room?: string;
  readonly View: ComponentType;
}

const later = (load: () => Promise<ComponentType>) => loadLater(load, () => <LoadingState />);

export const PAGES: readonly Page[] = [
  {
    name: 'experiments',
    path: '/experiments',
    key: 'e',
    icon: IconFlask,
    room: 'experiment',
    View: later(async () => (await import('../features/experiments/experiments-page.tsx')).ExperimentsPage),
  },
  {
    name: 'data',
    path: '/data',
    key: 'd',
    icon: IconDatabase,
    View: later(async () => (await import('../features/data/data-page.tsx')).DataPage),
  },
  {
    name: 'models',
    path: '/models',
    key: 'm',
    icon: IconCpu,
    View: later(async () => (await import('../features/models/models-page.tsx')).ModelsPage),
  },
  {
    name: 'train',
    path: '/train',
    key: 't',
    icon: IconTrendingDown,
    View: later(async () => (await import('../features/train/train-page.tsx')).TrainPage),
  },
  {
    name: 'evaluate',
    path: '/evaluate',
    key: 'v',
    icon: IconChartBar,
    View: later(async () => (await import('../features/evaluate/evaluate-page.tsx')).EvaluatePage),
  },
  {
    name: 'chat',
    path: '/chat',
    key: 'c',
    icon: IconMessage,
    room: 'serve',
    View: later(async () => (await import('../features/chat/chat-page.tsx')).ChatPage),
  },
  {
    name: 'serve',
    path: '/serve',
    key: 's',
    icon: IconServer,
    room: 'serve',
    View: later(async () => (await import('../features/serve/serve-page.tsx')).ServePage),
  },
  {
    name: 'loadtest',
    path: '/loadtest',
    key: 'l',
    icon: IconGauge,
    room: 'loadtest',
    View: later(async () => (await import('../features/loadtest/loadtest-page.tsx')).LoadtestPage),
  },
  {
    name: 'report',
    path: '/report',
    key: 'r',
    icon: IconReportAnalytics,
    room: 'experiment',
    View: later(async () => (await import('../features/report/report-page.tsx')).ReportPage),
  },
  {
    name: 'settings',
    path: '/settings',
    key: ',',
    icon: IconSettings,
    View: later(async () => (await import('../features/settings/settings-page.tsx')).SettingsPage),
  },
];
