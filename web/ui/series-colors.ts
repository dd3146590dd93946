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

export function colorAt(index: number, isDark: boolean): string {
  const colors = isDark ? DARK : LIGHT;
  return colors[index % colors.length]!;
}

/** Of points that belong to no series' line, whatever its colour. */
export function inkColor(isDark: boolean): string {
  return isDark ? '#e8e8e8' : '#222222';
}
