/** Data: the list of data sets, one of them, and the columns of an upload. */
import { Route, Switch } from 'wouter';
import { DatasetList } from './dataset-list.tsx';
import { DatasetView } from './dataset-view.tsx';
import { MapColumns } from './map-columns.tsx';

export function DataPage() {
  return (
    <Switch>
      <Route path="/upload/:id">{({ id }) => <MapColumns key={id} id={id} />}</Route>
      <Route path="/set/:name/:tab?">
        {({ name, tab }) => <DatasetView key={name} name={decodeURIComponent(name)} tab={tab} />}
      </Route>
      <Route>
        <DatasetList />
      </Route>
    </Switch>
  );
}
