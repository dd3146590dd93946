import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { Device, listDevices, physicalCores } from './device.ts';

describe('devices', () => {
  it('a CPU is among them', () => {
    const cpu = listDevices().find(({ kind }) => kind === 'cpu');
    expect(cpu).toMatchObject({ name: 'CPU', description: expect.stringMatching(/\w/) });
  });

  it('the CPU opens with as many threads as wanted', () => {
    using device = Device.cpu(2);
    expect(device).toMatchObject({ name: 'CPU', threads: 2 });
    expect(device.live).toEqual({ buffers: 0, bytes: 0 });
  });

  it.each([0, -1, 1.5, 513, Number.NaN])('%f threads are refused', (threads) => {
    expect(() => Device.cpu(threads)).toThrow(
      expect.objectContaining({ code: 'device', message: expect.stringContaining('from 1 to 512') }),
    );
  });

  it('counts cores that can be used', () => {
    expect(physicalCores()).toBeGreaterThanOrEqual(1);
    expect(physicalCores()).toBeLessThanOrEqual(availableParallelism());
  });
});

describe('work of one device', () => {
  it('is done one after the other, also after a failure', async () => {
    using device = Device.cpu(1);
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      if (name === 'b') throw new Error('b failed');
      return name;
    };
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => device.exclusively(work(name))));
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
