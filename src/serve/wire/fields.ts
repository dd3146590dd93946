/**
 * Fields that several endpoints share, as OpenAI names them. What a field cannot do here is refused by its value, so
 * that no client believes in something that did not happen.
 */
import { z } from '@hono/zod-openapi';

/** Answers of one request: each takes a place in the batch. */
const MAX_CHOICES = 64;
const MAX_STOPS = 16;
const MAX_STOP_LENGTH = 256;
/** As vLLM allows. */
export const MAX_TOP_LOGPROBS = 20;

export const model = z
  .string()
  .min(1)
  .openapi({ description: 'The name of an adapter or of the base model, as /v1/models lists them.' });

const neutral = (what: string) =>
  z
    .literal(0, { error: `${what} is not supported; leave it at 0 or out` })
    .nullish()
    .openapi({ description: 'Not supported: 0 only.' });

/** How tokens are drawn. What a request leaves out is as the server was started with. */
export const samplingFields = {
  temperature: z.number().min(0).max(2).nullish().openapi({ description: '0 takes the likeliest token.' }),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(-1).nullish().openapi({ description: '0 and -1 leave all tokens in.' }),
  repetition_penalty: z.number().min(0.01).max(10).nullish(),
  seed: z
    .int()
    .nullish()
    .openapi({ description: 'The same seed gives the same answer; by chance when absent.' }),
  frequency_penalty: neutral('frequency_penalty'),
  presence_penalty: neutral('presence_penalty'),
  logit_bias: z
    .strictObject({}, { error: 'logit_bias is not supported; leave it out' })
    .nullish()
    .openapi({ description: 'Not supported: empty only.' }),
};

export type SamplingFields = z.output<z.ZodObject<typeof samplingFields>>;

const stopText = z.string().min(1).max(MAX_STOP_LENGTH);

/** What an answer is, besides its tokens. */
export const answerFields = {
  n: z.int().min(1).max(MAX_CHOICES).nullish(),
  stop: z
    .union([stopText, z.array(stopText).max(MAX_STOPS)], {
      error: `has to be a text or a list of at most ${MAX_STOPS} texts, each of 1 to ${MAX_STOP_LENGTH} characters`,
    })
    .nullish()
    .openapi({ description: 'The answer ends before any of these.' }),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({
      include_usage: z.boolean().optional(),
      include_obfuscation: z.boolean().optional(),
    })
    .nullish(),
};

/** Said by clients for the platform's own purposes; of no effect here. */
export const platformFields = {
  user: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  store: z.literal(false, { error: 'nothing is stored here; leave store out' }).nullish(),
  service_tier: z.enum(['auto', 'default']).nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
};

export const templateFields = {
  chat_template_kwargs: z
    .strictObject({ enable_thinking: z.boolean().optional() })
    .nullish()
    .openapi({ description: 'enable_thinking: thoughts, for models that reason.' }),
};

export function stopsOf(stop: string | readonly string[] | null | undefined): readonly string[] {
  return typeof stop === 'string' ? [stop] : (stop ?? []);
}
