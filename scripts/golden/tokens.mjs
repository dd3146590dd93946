/**
 * Writes test/golden/text/starter-tokens.json: how llama.cpp itself tokenizes texts with both starters.
 *
 *     node tokens.mjs NODE_MODULES SMOLLM2.gguf GEMMA.gguf
 *
 * NODE_MODULES is a folder of its own, where node-llama-cpp lies without its GPU builds:
 *     npm i --omit=optional --ignore-scripts node-llama-cpp@3.21.1 @node-llama-cpp/linux-x64@3.21.1
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , modules, smollm2, gemma] = process.argv;
const entry = createRequire(join(resolve(modules), 'x.js')).resolve('node-llama-cpp');
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(entry).href);

const PLAIN = [
  'Hello, world!',
  "I don't think we'll've finished; they're late, it's 5 o'clock and I'd rather go. DON'T SHOUT, WE'LL SEE.",
  'The quick brown fox jumps over the lazy dog 1234567890 times (≈ 3.14159e-10).',
  '2024-11-05T13:45:00Z v1.2.3 +49 (0)30 123456 $1,234.50 ½ ² Ⅷ ٣٤٥ 100%',
  'naïve café Ångström façade — “quotes” … ‘single’ «guillemets»',
  'cafe\u0301 a\u0308 n\u0303 o\u0302\u0323',
  'Привет, мир! Как дела? Γειά σου Κόσμε. שלום עולם مرحبا بالعالم नमस्ते दुनिया สวัสดีชาวโลก',
  '今天天气很好，我们去公园吧。',
  '判断类型:\n同步A股首秀：港股缩量回调',
  '你是新闻内容审核员，负责新闻的内容的分类和内容安全合规审查',
  '科技：苹果发布iPhone 16 Pro，售价7999元起（附评测）',
  '日本語のテキスト、カタカナとひらがな。한국어 텍스트입니다.',
  '中英 mixed 文本 with spaces and，全角标点！',
  '😀 👍🏽 👨‍👩‍👧‍👦 🇨🇳🇩🇪 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '𝒳𝓎𝓏 𠀀𠀁 \u{1F9EC}\u{1FAE0}',
  'def f(x: int) -> str:\n    """Doc."""\n\treturn f"{x!r:>10}"  # comment\n\n\nprint(f(3))\n',
  'const a = [1, 2, 3].map((x) => x ** 2) ?? null; // ===  !== && ||\r\nif (a) { b(); }\r\n',
  '<html><body><table><tr><td>x</td></tr></table><b>bold</b></body></html>',
  '{"name": "get_weather", "arguments": {"city": "Rome", "n": [1, 2.5, null, true]}}',
  "SELECT * FROM t WHERE a >= 10 AND b LIKE '%x%'; -- done",
  'C:\\Users\\x\\file.txt /usr/local/bin ~/.ssh https://example.org/a?b=c&d=%20#e user@example.org',
  '\\frac{a}{b} \\sum_{i=0}^{n} x_i^2 $$E = mc^2$$',
  '',
  ' ',
  '  ',
  ' leading',
  '  leading',
  'trailing ',
  'trailing  ',
  'a  b   c    d     e',
  '\t\ttabs\tand \t spaces',
  '\n',
  '\n\n',
  '\r\n\r\n',
  'line\nline\n\nline\n\n\nline\n\n\n\n',
  ' \n \n\t\n ',
  '\u00a0non-breaking\u00a0 \u2003em\u2009thin \u3000wide \u200bzero \ufeffmark \u0085next \u2028line \u2029',
  '\u0000\u0001\u0002\u001b[31m\u007f\u0080\u009f',
  '\ufffd \ufffe \uffff \ue000 \u0378',
  '▁',
  '▁▁',
  ' ▁ ▁',
  'a▁b▁▁c',
  '>▁</',
  '> </',
  'x > </y',
  '> </ > </',
  '<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n',
  '<start_of_turn>user\nhi<end_of_turn>\n<start_of_turn>model\n',
  'a<|im_end|>b <|im_end|> c<|endoftext|><|im_start|>',
  'a<end_of_turn>b <end_of_turn> c<eos><bos><pad><unk><mask>',
  '<|im_start|',
  '<|im_end',
  '<start_of_turn',
  '<<|im_end|>>',
  '<<end_of_turn>>',
  '<|IM_END|>',
  '<think>\n\n</think>\n\nParis.',
  '<tool_call>\n{"name": 1}\n</tool_call>',
  '<0x41><0x0A>',
  '<unused0><unused99>',
  '[multimodal]',
  '<start_of_image>',
  '<repo_name><file_sep>',
  'hahahahahahaha',
  'aaaaaaaaaaaaaaa',
  'abababababab',
  'yyyy YYYY yyyyy',
  '::::::::',
  '哈哈哈哈哈哈哈',
]; // prettier-ignore

/** Runs of one character, whose tokens depend on their length. */
const RUNS = [' ', '\n', '\t', '=', '-', '0', '!'].flatMap((text) =>
  [3, 8, 17, 31, 32, 33, 65].flatMap((count) => [text.repeat(count), `x${text.repeat(count)}y`]),
);

const ATOMS = [
  ' ',
  '  ',
  '   ',
  '\t',
  '\n',
  '\r\n',
  '\u00a0',
  '\u3000',
  'a',
  'A',
  'the',
  ' the',
  'Hello',
  'ing',
  "'s",
  "'LL",
  '0',
  '12',
  '2024',
  '.',
  '...',
  '，',
  '！',
  '“',
  '(',
  ']',
  '{',
  '<',
  '</',
  '==',
  '--',
  '#',
  '$',
  '\\',
  '`',
  '你好',
  '世',
  '新闻',
  '股票',
  '어',
  '本',
  'カ',
  'мир',
  'é',
  'e\u0301',
  'ß',
  'ع',
  'हि',
  '😀',
  '🇨🇳',
  '𝒳',
  '𠀀',
  '\u0001',
  '\u007f',
  '<|im_start|>',
  '<|im_end|>',
  '<start_of_turn>',
  '<end_of_turn>',
  '<bos>',
  '<table>',
  '<think>',
  'ha',
  '>',
  '\u0378',
  '\ufffd',
]; // prettier-ignore

/** Texts of random atoms, the same ones each time. */
function mixed(count) {
  let state = 20_241;
  const below = (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 2 + below(14) }, () => ATOMS[below(ATOMS.length)]).join(''),
  );
}

const texts = [...PLAIN, ...RUNS, ...mixed(400)];
const llama = await getLlama({
  gpu: false,
  build: 'never',
  progressLogs: false,
  logLevel: LlamaLogLevel.error,
});

async function idsOf(modelPath) {
  const model = await llama.loadModel({ modelPath, vocabOnly: true, gpuLayers: 0 });
  const ids = texts.map((text) => Array.from(model.tokenize(text, true)));
  await model.dispose();
  return ids;
}

const [bySmollm2, byGemma] = [await idsOf(smollm2), await idsOf(gemma)];
const rows = texts.map((text, i) => JSON.stringify([text, bySmollm2[i], byGemma[i]]));
const path = new URL('../../test/golden/text/starter-tokens.json', import.meta.url);
writeFileSync(
  path,
  `{"columns": ["text", "smollm2-135m-instruct", "gemma-3-270m"], "rows": [\n${rows.join(',\n')}\n]}\n`,
);
console.log(rows.length, 'texts');
