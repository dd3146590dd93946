/** The libraries that the program runs on, as their own package.json files name their licences. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Package {
  readonly version?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** @param root the program's own folder */
export function libraryLicenses(root: string): {
  license: string;
  libraries: { name: string; version: string; license: string }[];
} {
  const own = readPackage(root);
  const names = Object.keys({ ...own?.dependencies, ...own?.optionalDependencies }).sort();
  return {
    license: own?.license ?? '',
    libraries: names.flatMap((name) => {
      // Of another platform's build nothing is installed.
      const found = findPackage(root, name);
      return found ? [{ name, version: found.version ?? '', license: found.license ?? '' }] : [];
    }),
  };
}

/** Where Node looks for it: here or in a folder above. */
function findPackage(folder: string, name: string): Package | undefined {
  const found = readPackage(join(folder, 'node_modules', name));
  const parent = dirname(folder);
  return found ?? (parent === folder ? undefined : findPackage(parent, name));
}

function readPackage(folder: string): Package | undefined {
  const path = join(folder, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Package) : undefined;
}
