/** GET /v1/models and /v1/models/{model}: the names that requests choose by. */
import { z } from '@hono/zod-openapi';
import type { App, AppContext } from '../http/app-env.ts';
import { jsonResponse } from '../http/endpoint.ts';
import { findModel, type ServedModel, type ServedModels } from '../served-models.ts';
import { errorResponse } from '../wire/error.ts';

const model = z
  .object({
    id: z.string(),
    object: z.literal('model'),
    created: z.int(),
    owned_by: z.string(),
    /** Tokens that prompt and answer may have together. */
    max_model_len: z.int(),
  })
  .openapi('Model');

const list = z.object({ object: z.literal('list'), data: z.array(model) }).openapi('ModelList');

export function addModels(app: App, { models }: AppContext): void {
  const security = [{ apiKey: [] }];
  const refused = (description: string) => ({
    description,
    content: { 'application/json': { schema: errorResponse } },
  });
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/v1/models',
    summary: 'The models that can be asked.',
    security,
    responses: {
      200: { description: 'All of them.', content: { 'application/json': { schema: list } } },
      401: refused('No API key that is known.'),
    },
  });
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/v1/models/{model}',
    summary: 'One model.',
    security,
    request: { params: z.object({ model: z.string().min(1) }) },
    responses: {
      200: { description: 'The model.', content: { 'application/json': { schema: model } } },
      400: refused('The path is broken.'),
      401: refused('No API key that is known.'),
      404: refused('There is no such model.'),
    },
  });
  app.get('/v1/models', () =>
    jsonResponse({ object: 'list', data: models.models.map((one) => described(models, one)) }),
  );
  // Names may hold slashes, written as they are or as %2F.
  app.get('/v1/models/:model{.+}', (context) =>
    jsonResponse(described(models, findModel(models, context.req.param('model')))),
  );
}

function described({ created, engine }: ServedModels, { name }: ServedModel): z.output<typeof model> {
  return {
    id: name,
    object: 'model',
    created,
    owned_by: 'tunesmith',
    max_model_len: engine.contextLength,
  };
}
