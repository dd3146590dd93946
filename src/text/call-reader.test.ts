import { describe, expect, it } from 'vitest';
import { type CallReader, callReader, callReaderOf } from './call-reader.ts';
import { parseCalls } from './tool-calls.ts';
import { type ToolFormatName, toolFormat } from './tool-formats.ts';

const CALLS = [
  { name: 'weather', arguments: '{"city": "北京", "days": 1.0}' },
  { name: 'stop', arguments: '{}' },
];

function bodyOf(text: string, { marks }: CallReader): string[] {
  if (!marks) return [text];
  return text
    .split(marks[0])
    .slice(1)
    .map((part) => part.split(marks[1])[0]!);
}

describe.each<ToolFormatName>(['default', 'qwen', 'llama3'])('calls in the format %s', (name) => {
  const reader = callReader(name);

  it.each([1, 2])('are read as they were written: %i', (count) => {
    const calls = CALLS.slice(0, count);
    const json = calls.map((call) => `{"name": "${call.name}", "arguments": ${call.arguments}}`).join(', ');
    const written = toolFormat(name).write(parseCalls(`[${json}]`));
    if (!reader.marks)
      expect(reader.beginnings.some((beginning) => written.startsWith(beginning))).toBe(true);
    expect(bodyOf(written, reader).flatMap((body) => reader.read(body) ?? [])).toEqual(calls);
  });

  it.each(['', 'It rains.', '{"name": "weather"}', '{"name": 1, "arguments": {}}', '[]', '{"na'])(
    'are not found in %j',
    (text) => expect(reader.read(text)).toBeUndefined(),
  );
});

it.each<[string, CallReader | undefined]>([
  ['{{ messages }}', undefined],
  ['{% if tools %}<tool_call>{% endif %}', callReader('qwen')],
  ['{% if tools %}<|start_header_id|>{% endif %}', callReader('llama3')],
  ['{% if tools %}[TOOL_CALLS]{% endif %}', undefined],
])("a model's own template %j", (source, reader) => expect(callReaderOf(source)).toBe(reader));
