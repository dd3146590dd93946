/** The frame around every page: the rail, what is running, language and theme, and the keys. */
import { ActionIcon, Modal, Tooltip, useMantineColorScheme } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconKeyboard, IconLanguage, IconMoon, IconSun } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { JOBS, STATUS } from '../../src/studio/wire/index.ts';
import { useAsk, useLiveChanges } from '../api/use-ask.ts';
import { useLanguage, useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';
import { KeyTable } from '../ui/key-table.tsx';
import { PAGES, type Page } from './pages.tsx';

export function Shell({ children }: { children: ReactNode }) {
  const text = useTexts(SHELL);
  const [location] = useLocation();
  const [areKeysShown, setKeysShown] = useState(false);
  const pages = useShownPages();
  useLiveChanges();
  usePageKeys(pages, () => setKeysShown(true));
  return (
    <div className="frame">
      <a className="skip" href="#main">
        {text.skip}
      </a>
      <nav className="rail" aria-label={text.rail}>
        <div className="rail-name">
          <img src="/mark.svg" alt="" width={22} height={22} />
          <span>Tunesmith</span>
        </div>
        {pages.map(({ name, path, icon: Icon }) => (
          <Link
            key={name}
            href={path}
            className="rail-link"
            aria-current={location.startsWith(path) ? 'page' : undefined}
            aria-label={text.pages[name]}
          >
            <Icon size={18} stroke={1.6} />
            <span>{text.pages[name]}</span>
          </Link>
        ))}
        <div style={{ flex: 1 }} />
        <RunningJobs />
        <Toggles onKeys={() => setKeysShown(true)} />
      </nav>
      <main className="main" id="main" tabIndex={-1}>
        {children}
      </main>
      <Modal
        opened={areKeysShown}
        onClose={() => setKeysShown(false)}
        title={text.keys}
        closeButtonProps={{ 'aria-label': text.close }}
      >
        <KeyTable />
      </Modal>
    </div>
  );
}

function useShownPages(): readonly Page[] {
  const { data } = useAsk(STATUS);
  return PAGES.filter(({ room }) => room === undefined || data?.rooms.includes(room));
}

function RunningJobs() {
  const text = useTexts(SHELL);
  const { data } = useAsk(JOBS.list);
  const count = (state: string) => data?.jobs.filter((job) => job.state === state).length ?? 0;
  const running = count('running');
  const waiting = count('queued');
  return (
    <div className="rail-foot" role="status">
      <div
        className="wide"
        style={{ padding: '4px 8px', fontSize: 12, color: 'var(--mantine-color-dimmed)' }}
      >
        {running + waiting > 0 ? text.jobs(running, waiting) : text.idle}
      </div>
    </div>
  );
}

function Toggles({ onKeys }: { onKeys: () => void }) {
  const text = useTexts(SHELL);
  const { language, speak } = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const isDark =
    colorScheme === 'dark' || (colorScheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  const other = language === 'en' ? '中文' : 'English';
  const themeName =
    language === 'en' ? (isDark ? 'Light theme' : 'Dark theme') : isDark ? '浅色主题' : '深色主题';
  return (
    <div style={{ display: 'flex', gap: 4, padding: '4px 4px 0', flexWrap: 'wrap' }}>
      <Tooltip label={other}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={other}
          onClick={() => speak(language === 'en' ? 'zh' : 'en')}
        >
          <IconLanguage size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={themeName}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={themeName}
          onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
        >
          {isDark ? <IconSun size={18} stroke={1.6} /> : <IconMoon size={18} stroke={1.6} />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label={text.keys}>
        <ActionIcon variant="subtle" color="gray" aria-label={text.keys} onClick={onKeys}>
          <IconKeyboard size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

/** g and a page's key opens it; / goes to the search of the page, n to its first action. */
function usePageKeys(pages: readonly Page[], showKeys: () => void): void {
  const [, go] = useLocation();
  const armedUntil = useRef(0);
  useHotkeys([
    ['g', () => (armedUntil.current = performance.now() + 1500)],
    ['/', () => focusFirst('[data-search]')],
    ['n', () => clickFirst('[data-new]')],
    ['shift+?', showKeys],
    ['?', showKeys],
  ]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (performance.now() > armedUntil.current || event.key === 'g') return;
      const page = pages.find(({ key }) => key === event.key);
      armedUntil.current = 0;
      if (page) go(page.path);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [pages, go]);
}

function focusFirst(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

function clickFirst(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.click();
}
