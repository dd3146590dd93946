/** Evaluate: the list of evaluations, the form of a new one, and what one found. */
import { Route, Switch } from 'wouter';
import { EvaluateForm } from './evaluate-form.tsx';
import { EvaluationList } from './evaluation-list.tsx';
import { EvaluationView } from './evaluation-view.tsx';

export function EvaluatePage() {
  return (
    <Switch>
      <Route path="/new">
        <EvaluateForm />
      </Route>
      <Route path="/of/:id">{({ id }) => <EvaluationView key={id} id={id} />}</Route>
      <Route>
        <EvaluationList />
      </Route>
    </Switch>
  );
}
