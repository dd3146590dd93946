/** Settings of the HTTP server that answers with a model: Tunesmith's own, read by `tunesmith api` only. */
import { flag, integer, list, number, text } from '../setting.ts';

export const SERVING = {
  host: text('127.0.0.1', {
    own: true,
    en: 'The address that the server listens on. Any other than loopback needs an API key (api_key_file, or TUNESMITH_API_KEY in the environment).',
    zh: '服务监听的地址。除本机回环地址外都需要 API 密钥（api_key_file，或环境变量 TUNESMITH_API_KEY）。',
  }),
  port: integer(8000, {
    own: true,
    min: 0,
    max: 65535,
    en: 'The port that the server listens on; 0 takes a free one and says which.',
    zh: '服务监听的端口；0 表示自动选择空闲端口并告知。',
  }),
  served_model_name: list([], {
    own: true,
    en: 'The names by which requests choose: one for each adapter in their order, then the base model. Empty takes the names of the folders.',
    zh: '请求中用来选择模型的名称：按顺序对应各适配器，最后是基座模型。留空则用文件夹名。',
  }),
  replicas: integer(1, {
    own: true,
    min: 1,
    max: 64,
    en: 'Processes that each hold the model and share the port. One that dies is started again.',
    zh: '各自加载模型并共用一个端口的进程数；某个进程退出后会自动重启。',
  }),
  max_model_len: integer(null, {
    own: true,
    min: 16,
    en: 'The most tokens of a prompt and its answer together; empty takes what the model allows, up to 4096. More costs memory for every place.',
    zh: '提示与回答合计最多的 token 数；留空则取模型上限，至多 4096。越大每个位置占用的内存越多。',
  }),
  max_num_seqs: integer(64, {
    own: true,
    min: 1,
    max: 512,
    en: 'Answers that are computed side by side. More raise the throughput and the memory, and slow each one down.',
    zh: '同时计算的回答数。越大总吞吐越高、内存越多，单个回答越慢。',
  }),
  max_queue: integer(4096, {
    own: true,
    min: 1,
    en: 'Requests that a process has accepted and not yet answered; the next one is told to come back later (HTTP 429).',
    zh: '一个进程已接受但尚未回答的请求数上限；超出时请求会被告知稍后再来（HTTP 429）。',
  }),
  request_timeout: number(600, {
    own: true,
    above: 0,
    en: 'Seconds after which a request is given up, waiting included.',
    zh: '单个请求的时限（秒），包含排队时间。',
  }),
  max_body_mb: number(8, {
    own: true,
    above: 0,
    max: 1024,
    en: 'The largest body of a request in megabytes.',
    zh: '请求体的最大大小（MB）。',
  }),
  api_key_file: text(null, {
    own: true,
    en: 'A file of API keys, one a line as "name sha256:…"; tunesmith api --new-key NAME adds one. Requests then need "Authorization: Bearer KEY".',
    zh: 'API 密钥文件，每行一个，形如 "名称 sha256:…"；用 tunesmith api --new-key 名称 添加。此后请求须带 "Authorization: Bearer 密钥"。',
  }),
  cors_origins: list([], {
    own: true,
    en: 'Web pages that may call the server from a browser, such as https://example.com. Empty allows none.',
    zh: '允许在浏览器中调用本服务的网页来源，如 https://example.com。留空则都不允许。',
  }),
  access_log: flag(true, {
    own: true,
    en: 'Writes one line of JSON for each request, without prompts, answers or keys.',
    zh: '每个请求写一行 JSON 日志，不含提示、回答和密钥。',
  }),
};
