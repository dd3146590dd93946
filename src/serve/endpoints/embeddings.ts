/** POST /v1/embeddings: the mean of a text's last hidden states, of length 1. */
import { textTokens } from '../answers/prompt.ts';
import type { App, AppContext } from '../http/app-env.ts';
import { addPost, jsonResponse } from '../http/endpoint.ts';
import { findModel } from '../served-models.ts';
import { type EmbeddingsResponse, embeddingsRequest, embeddingsResponse } from '../wire/embeddings.ts';
import { inputsOf } from '../wire/text-input.ts';

export function addEmbeddings(app: App, context: AppContext): void {
  const { models } = context;
  addPost(app, context, {
    path: '/v1/embeddings',
    summary: 'Turns texts into vectors.',
    request: embeddingsRequest,
    response: embeddingsResponse,
    async handle(request, call) {
      call.model = request.model;
      const { adapter } = findModel(models, request.model);
      const inputs = inputsOf(request.input).map((input) => textTokens(models, input, 'input'));
      call.promptTokens = inputs.reduce((sum, tokens) => sum + tokens.length, 0);
      const { signal } = call;
      const vectors = await Promise.all(
        inputs.map((tokens) => models.engine.embed({ adapter, tokens, signal })),
      );
      const shown = request.encoding_format === 'base64' ? base64 : (vector: Float32Array) => [...vector];
      const body: EmbeddingsResponse = {
        object: 'list',
        data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: shown(vector) })),
        model: request.model,
        usage: { prompt_tokens: call.promptTokens, total_tokens: call.promptTokens },
      };
      return jsonResponse(body);
    },
  });
}

/** Every machine that this runs on is little-endian. */
function base64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}
