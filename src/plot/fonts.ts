/**
 * Finds an installed font that can draw a text, so that a picture never shows empty boxes. `TUNESMITH_FONT` names
 * a font file of the user's own, tried first. Knows the usual folders and good families of the three systems.
 */
import { type Dirent, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fontCovers } from './font-coverage.ts';

export interface Font {
  readonly path: string;
  /** The family's name, where known: what to take out of a collection that holds several. */
  readonly family?: string;
}

/** Quiet sans-serif faces by file name, best first; those of CJK cover Latin too and are tried when needed. */
const PREFERRED: readonly (readonly [RegExp, string?])[] = [
  [/^inter(-regular)?\.(ttf|otf)$/i, 'Inter'],
  [/^helveticaneue\.ttc$/i, 'Helvetica Neue'],
  [/^segoeui\.ttf$/i, 'Segoe UI'],
  [/^arial\.ttf$/i, 'Arial'],
  [/^notosans-regular\.ttf$/i, 'Noto Sans'],
  [/^opensans-regular\.ttf$/i, 'Open Sans'],
  [/^roboto-regular\.ttf$/i, 'Roboto'],
  [/^liberationsans-regular\.ttf$/i, 'Liberation Sans'],
  [/^dejavusans\.ttf$/i, 'DejaVu Sans'],
  [/^notosanscjk(sc)?-(regular|vf)\.(tt|ot)[cf]$/i, 'Noto Sans CJK SC'],
  [/^(notosanssc|notosanshans|sourcehansans(sc|cn))[-\w]*(regular|vf)?\.(ttf|otf)$/i],
  [/^sourcehansans\.ttc$/i, 'Source Han Sans SC'],
  [/^pingfang\.ttc$/i, 'PingFang SC'],
  [/^(hiragino sans gb|stheiti light)\.ttc$/i],
  [/^msyh\.tt[cf]$/i],
  [/^(simhei|deng)\.ttf$/i],
  [/^wqy-(microhei|zenhei)\.ttc$/i],
  [/^droidsansfallback(full)?\.ttf$/i],
];

/** Cuts that are readable but not chosen where a plain one covers the text as well. */
const UNUSUAL =
  /bold|black|heavy|light|thin|italic|oblique|condensed|narrow|serif|mono|math|emoji|symbol|icon/i;

/** A font that draws every character of the text: the user's own, else the best installed one. */
export function findFont(text: string): Font | undefined {
  const own = process.env['TUNESMITH_FONT'];
  return own && fontCovers(own, text) ? fontAt(own) : findInstalledFont(text);
}

/** The best font in the folders that draws every character of the text. */
export function findInstalledFont(
  text: string,
  folders: readonly string[] = fontFolders(),
): Font | undefined {
  const path = folders
    .flatMap(fontFiles)
    .sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))
    .find((candidate) => fontCovers(candidate, text));
  return path === undefined ? undefined : fontAt(path);
}

function fontAt(path: string): Font {
  const family = PREFERRED.find(([name]) => name.test(basename(path)))?.[1];
  return family === undefined ? { path } : { path, family };
}

function fontFolders(): string[] {
  const home = homedir();
  if (process.platform === 'darwin') {
    return ['/System/Library/Fonts', '/Library/Fonts', join(home, 'Library/Fonts')];
  }
  if (process.platform === 'win32') {
    const local = process.env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
    return [
      join(process.env['WINDIR'] ?? 'C:\\Windows', 'Fonts'),
      join(local, 'Microsoft', 'Windows', 'Fonts'),
    ];
  }
  return [
    '/usr/share/fonts',
    '/usr/local/share/fonts',
    join(home, '.fonts'),
    join(process.env['XDG_DATA_HOME'] ?? join(home, '.local/share'), 'fonts'),
  ];
}

/** Font files below a folder; a folder that is not there, or not readable, has none. */
function fontFiles(folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return fontFiles(path);
    return /\.(ttf|otf|ttc|otc)$/i.test(entry.name) ? [path] : [];
  });
}

function rankOf(path: string): number {
  const name = basename(path);
  const preferred = PREFERRED.findIndex(([pattern]) => pattern.test(name));
  if (preferred >= 0) return preferred;
  return PREFERRED.length + (UNUSUAL.test(name) ? 1 : 0);
}
