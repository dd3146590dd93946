/** A value that survives a reload: what was typed is not lost. */
import { useEffect, useState } from 'react';

export function useStored<T>(name: string, initial: T): [T, (value: T | ((previous: T) => T)) => void] {
  const key = `tunesmith.${name}`;
  const [value, setValue] = useState<T>(() => read(key) ?? initial);
  useEffect(() => {
    localStorage.setItem(key, JSON.stringify(value));
  }, [key, value]);
  return [value, setValue];
}

function read<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined; // of an older version
  }
}
