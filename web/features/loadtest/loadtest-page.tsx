/** Load test: the list of what was pressed, the form of a new one, and what one found. */
import { Route, Switch } from 'wouter';
import { LoadtestForm } from './loadtest-form.tsx';
import { LoadtestList } from './loadtest-list.tsx';
import { LoadtestView } from './loadtest-view.tsx';

export function LoadtestPage() {
  return (
    <Switch>
      <Route path="/new">
        <LoadtestForm />
      </Route>
      <Route path="/of/:id">{({ id }) => <LoadtestView key={id} id={id} />}</Route>
      <Route>
        <LoadtestList />
      </Route>
    </Switch>
  );
}
