/** Turns what the file system says into one sentence with a remedy. */
import { StorageError, TunesmithError, textOf } from '../core/index.ts';

/** Runs an action on a file or folder; what it throws becomes a StorageError that names the path. */
export function guardStorage<T>(verb: 'read' | 'write', path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof TunesmithError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    const why = textOf(error);
    const text =
      verb === 'read'
        ? {
            en: `read ${path}: ${why.en}; check the path and its rights`,
            zh: `读取 ${path}：${why.zh}；请检查路径与权限`,
          }
        : {
            en: `write ${path}: ${why.en}; free some space or choose another folder`,
            zh: `写入 ${path}：${why.zh}；请腾出空间，或换一个文件夹`,
          };
    throw new StorageError(text, error);
  }
}
