/** What the parser of command lines says of a mistyped one, in Chinese; it says it in English by itself. */

/** By the English sentence; what is in quotes stays as it was typed. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^error: unknown option '(.*?)'/m, 'error: 没有选项 $1；用 --help 查看可用的选项'],
  [/^error: unknown command '(.*?)'/m, 'error: 没有命令 $1；用 --help 查看可用的命令'],
  [/^error: missing required argument '(.*?)'/m, 'error: 缺少参数 $1；用 --help 查看用法'],
  [/^error: option '(.*?)' argument missing/m, 'error: 选项 $1 缺少值；请在其后写上'],
  [/^error: required option '(.*?)' not specified/m, 'error: 缺少选项 $1；请写明'],
  [/^error: too many arguments(?: for '(.*?)')?.*$/m, 'error: 参数过多；用 --help 查看用法'],
  [/\(Did you mean one of (.*?)\?\)/, '（是否想写 $1 之一？）'],
  [/\(Did you mean (.*?)\?\)/, '（是否想写 $1？）'],
];

export function usageErrorInChinese(text: string): string {
  return SENTENCES.reduce((said, [english, chinese]) => said.replace(english, chinese), text);
}
