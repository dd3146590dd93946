/** Turns what the file system says into one sentence with a remedy. */
import { messageOf, StorageError, TunesmithError } from '../core/index.ts';

/** Runs an action on a file or folder; what it throws becomes a StorageError that names the path. */
export function guardStorage<T>(verb: 'read' | 'write', path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof TunesmithError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    const remedy =
      verb === 'read' ? 'check the path and its rights' : 'free some space or choose another folder';
    throw new StorageError(`${verb} ${path}: ${messageOf(error)}; ${remedy}`, error);
  }
}
