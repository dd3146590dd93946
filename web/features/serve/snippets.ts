/** How to call a served model from three places. Code, not prose: the same in every language. */

export function snippetsFor(url: string, model: string): { name: string; code: string }[] {
  return [
    {
      name: 'curl',
      code: `curl ${url}/v1/chat/completions \\
  -H 'content-type: application/json' \\
  -d '${JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })}'`,
    },
    {
      name: 'Python',
      code: `from openai import OpenAI

client = OpenAI(base_url="${url}/v1", api_key="none")
answer = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      name: 'TypeScript',
      code: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${url}/v1', apiKey: 'none' });
const answer = await client.chat.completions.create({
  model: '${model}',
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log(answer.choices[0]?.message.content);`,
    },
  ];
}
