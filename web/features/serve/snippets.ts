/** How to call a served model from three places. Code, not prose: the same in every language. */

export interface Call {
  readonly url: string;
  readonly model: string;
  /** Requests bring an API key, which the caller keeps in TUNESMITH_API_KEY. */
  readonly needsKey: boolean;
}

export function snippetsFor({ url, model, needsKey }: Call): { name: string; code: string }[] {
  const header = needsKey ? ` \\\n  -H "authorization: Bearer $TUNESMITH_API_KEY"` : '';
  return [
    {
      name: 'curl',
      code: `curl ${url}/v1/chat/completions${header} \\
  -H 'content-type: application/json' \\
  -d '${JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })}'`,
    },
    {
      name: 'Python',
      code: `${needsKey ? 'import os\n\n' : ''}from openai import OpenAI

client = OpenAI(base_url="${url}/v1", api_key=${needsKey ? 'os.environ["TUNESMITH_API_KEY"]' : '"none"'})
answer = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      name: 'TypeScript',
      code: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${url}/v1', apiKey: ${needsKey ? 'process.env.TUNESMITH_API_KEY' : "'none'"} });
const answer = await client.chat.completions.create({
  model: '${model}',
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log(answer.choices[0]?.message.content);`,
    },
  ];
}
