import { describe, expect, it } from 'vitest';
import { openDevice } from './open-device.ts';

describe('the device of a run', () => {
  it.each(['auto', 'cpu'])('%s is the CPU here', (name) => {
    using device = openDevice({ name, threads: 1 });
    expect(device).toMatchObject({ name: 'CPU', threads: 1 });
  });

  it('takes all physical cores where threads are not said', () => {
    using device = openDevice({ name: 'cpu', threads: null });
    expect(device.threads).toBeGreaterThanOrEqual(1);
  });

  it('one that is not here is an error, not another one', () => {
    expect(() => openDevice({ name: 'cuda', threads: null })).toThrow(
      'device: cuda is not there; set device to cpu or auto',
    );
  });
});
