/** Train: the list of runs, the form of a new one, one run live, and several side by side. */
import { Route, Switch } from 'wouter';
import { CompareRuns } from './compare-runs.tsx';
import { RunList } from './run-list.tsx';
import { RunPage } from './run-page.tsx';
import { TrainForm } from './train-form.tsx';

export function TrainPage() {
  return (
    <Switch>
      <Route path="/new">
        <TrainForm />
      </Route>
      <Route path="/run/:id">{({ id }) => <RunPage key={id} id={id} />}</Route>
      <Route path="/compare/:ids">{({ ids }) => <CompareRuns ids={ids.split(',').slice(0, 10)} />}</Route>
      <Route>
        <RunList />
      </Route>
    </Switch>
  );
}
