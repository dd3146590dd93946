/** Experiments: the list, the wizard of a new one, and one as it stands. */
import { Route, Switch } from 'wouter';
import { ExperimentList } from './experiment-list.tsx';
import { ExperimentView } from './experiment-view.tsx';
import { ExperimentWizard } from './experiment-wizard.tsx';

export function ExperimentsPage() {
  return (
    <Switch>
      <Route path="/new">
        <ExperimentWizard />
      </Route>
      <Route path="/of/:id">{({ id }) => <ExperimentView key={id} id={decodeURIComponent(id)} />}</Route>
      <Route>
        <ExperimentList />
      </Route>
    </Switch>
  );
}
