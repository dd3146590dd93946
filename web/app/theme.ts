/** Quiet greys, one accent, small and dense; greys for text keep a contrast of 4.5 on both grounds. */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const accent: MantineColorsTuple = [
  '#eef4fb',
  '#dbe7f5',
  '#b4cdea',
  '#8bb2df',
  '#699bd5',
  '#538dcf',
  '#3f7fc6',
  '#2a6bb0',
  '#1f5fa8',
  '#0f4c8a',
];

const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif';
const MONO =
  'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", "WenQuanYi Micro Hei Mono", monospace';

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 8, dark: 8 },
  colors: { accent },
  respectReducedMotion: true,
  fontFamily: FONT,
  fontFamilyMonospace: MONO,
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  defaultRadius: 'sm',
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '16px' }, h3: { fontSize: '14px' } },
  },
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    TagsInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
    Checkbox: { defaultProps: { size: 'xs' } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#565d66',
    '--mantine-color-body': '#ffffff',
    '--mantine-color-placeholder': '#6b7280',
    '--mantine-color-error': '#b42318',
    '--ts-rail': '#f6f7f8',
    '--ts-line': '#e2e5e9',
    '--ts-panel': '#ffffff',
    '--ts-sunk': '#f6f7f8',
    '--ts-bar': '#1f5fa8',
    '--ts-good': '#17693a',
    '--ts-bad': '#b42318',
    '--ts-warn': '#8a5300',
    '--ts-trained': '#d5ecdc',
    '--ts-trained-alt': '#bfe3cb',
    '--ts-heat': '31, 95, 168',
  },
  dark: {
    '--mantine-color-dimmed': '#a3abb5',
    '--mantine-color-body': '#17191c',
    '--mantine-color-text': '#e3e6ea',
    '--mantine-color-placeholder': '#8f98a3',
    '--mantine-color-error': '#ff8f80',
    '--mantine-color-anchor': '#8bb2df',
    '--mantine-color-dark-6': '#24282d',
    '--mantine-color-dark-5': '#2c3137',
    '--mantine-color-dark-4': '#3a4048',
    '--mantine-color-default': '#1f2327',
    '--mantine-color-default-border': '#3a4048',
    '--ts-bar': '#699bd5',
    '--ts-rail': '#1c1f23',
    '--ts-line': '#2e3339',
    '--ts-panel': '#1c1f23',
    '--ts-sunk': '#202429',
    '--ts-good': '#6fce93',
    '--ts-bad': '#ff8f80',
    '--ts-warn': '#f0b35a',
    '--ts-trained': '#1e4a30',
    '--ts-trained-alt': '#27603e',
    '--ts-heat': '105, 155, 213',
  },
});
