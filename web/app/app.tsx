/** The app: its providers, and which page an address shows. */
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { createQueryClient } from '../api/use-ask.ts';
import { LanguageProvider, useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';
import { loadRestWhenIdle } from '../ui/load-later.tsx';
import { PAGES } from './pages.tsx';
import { Shell } from './shell.tsx';
import { cssVariables, theme } from './theme.ts';

export function App() {
  const [client] = useState(createQueryClient);
  useEffect(loadRestWhenIdle, []);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" cssVariablesResolver={cssVariables}>
      <QueryClientProvider client={client}>
        <LanguageProvider>
          <Shell>
            <Switch>
              <Route path="/">
                <Redirect to="/data" replace />
              </Route>
              {PAGES.map(({ path, View }) => (
                <Route key={path} path={path} nest>
                  <View />
                </Route>
              ))}
              <Route>
                <NotFound />
              </Route>
            </Switch>
          </Shell>
        </LanguageProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function NotFound() {
  const text = useTexts(SHELL);
  return <p>{text.notFound}</p>;
}
