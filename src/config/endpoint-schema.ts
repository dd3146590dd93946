/**
 * The settings of a model that answers over HTTP, with their help: OpenAI's chat unless a mapping says otherwise.
 * Keys and tokens are best left to the environment: `${NAME}` in a header or in api_key stands for a variable's value.
 */
import { z } from 'zod';

export const EndpointSchema = z.strictObject({
  name: z.string().min(1).default('endpoint').meta({ en: 'What reports call it.', zh: '在报告中的名称。' }),
  url: z.string().min(1).meta({
    en: 'The address; of an OpenAI-style server, its /v1 is enough.',
    zh: '地址；OpenAI 风格的服务写到 /v1 即可。',
  }),
  model: z
    .string()
    .optional()
    .meta({ en: 'The model to ask for, of OpenAI-style chat.', zh: 'OpenAI 风格对话接口的模型名。' }),
  api_key: z
    .string()
    .optional()
    .meta({ en: `Sent as a bearer token; write \${NAME}.`, zh: `作为 Bearer 令牌发送，请写 \${变量名}。` }),
  headers: z.record(z.string(), z.string()).default({}).meta({
    en: `Further headers; \${NAME} stands for an environment variable.`,
    zh: `其他请求头；\${变量名} 表示环境变量。`,
  }),
  body: z.json().optional().meta({
    en: 'The JSON to send, of any other API: {input} stands for the row, {system} for its system prompt.',
    zh: '其他接口要发送的 JSON：{input} 为数据内容，{system} 为系统提示词。',
  }),
  answer_path: z
    .string()
    .min(1)
    .optional()
    .meta({ en: 'Where the answer lies, as in data.label.', zh: '回答所在的路径，如 data.label。' }),
  probability_path: z
    .string()
    .min(1)
    .optional()
    .meta({ en: 'Where its probability lies, if it has one.', zh: '概率所在的路径（若有）。' }),
  concurrency: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .meta({ en: 'Requests under way at once; 4 when absent.', zh: '同时进行的请求数，默认 4。' }),
  timeout_seconds: z
    .number()
    .positive()
    .max(3600)
    .optional()
    .meta({ en: 'How long an answer may take.', zh: '等待回答的最长时间（秒）。' }),
  retries: z
    .int()
    .min(0)
    .max(20)
    .optional()
    .meta({ en: 'Further attempts after a failure that may pass.', zh: '可恢复的失败之后的重试次数。' }),
});
