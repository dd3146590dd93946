/** Colours that people of any sight tell apart, after Okabe and Ito; darker on white, lighter on black. */
const LIGHT = [
  '#0072b2',
  '#b8500a',
  '#00795a',
  '#a3487f',
  '#8a6d00',
  '#1d8fc4',
  '#6b4fa0',
  '#555555',
  '#8c3b2a',
  '#3f6b1f',
];
const DARK = [
  '#56b4e9',
  '#e69f00',
  '#35c49a',
  '#e08abf',
  '#f0e442',
  '#8ecbf2',
  '#b39ddb',
  '#bbbbbb',
  '#f28c76',
  '#a4d65e',
];

/** The same name has the same colour on every page, as far as there are colours. */
export function colorOf(name: string, isDark: boolean): string {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + char.codePointAt(0)!) % 9973;
  return colorAt(hash, isDark);
}

export function colorAt(index: number, isDark: boolean): string {
  const colors = isDark ? DARK : LIGHT;
  return colors[index % colors.length]!;
}
