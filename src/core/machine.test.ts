import { totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { DeviceError } from './errors.ts';
import { checkMachine, machineMemoryBytes, memoryFit } from './machine.ts';

const LINUX = { platform: 'linux', glibc: '2.34', ownEngine: false } as const;

test.each<[facts: Partial<Parameters<typeof checkMachine>[0]>, problem: string | undefined]>([
  [{}, undefined],
  [{ glibc: '2.36' }, undefined],
  [{ glibc: '2.100' }, undefined],
  [{ glibc: '3.0' }, undefined],
  [{ glibc: '2.33' }, 'its C library is glibc 2.33, and the engine needs glibc 2.34 or newer; use'],
  [{ glibc: '2.4' }, 'its C library is glibc 2.4,'],
  [{ glibc: '1.99' }, 'its C library is glibc 1.99,'],
  [{ glibc: undefined }, 'its C library is musl or another, not glibc, and'],
  [{ glibc: '2.17', ownEngine: true }, undefined],
  [{ glibc: undefined, platform: 'darwin' }, undefined],
  [{ glibc: undefined, platform: 'win32' }, undefined],
])('%j is fit or told why not', (facts, problem) => {
  const check = () => checkMachine({ ...LINUX, ...facts });
  if (problem === undefined) return check();
  expect(check).toThrow(DeviceError);
  expect(check).toThrow(problem);
});

test('the machine that runs the tests can run the engine', () => {
  expect(() => checkMachine()).not.toThrow();
  expect(machineMemoryBytes()).toBeGreaterThan(2 ** 28);
  expect(machineMemoryBytes()).toBeLessThanOrEqual(totalmem());
});

test.each([
  [50, 'fits'],
  [51, 'tight'],
  [90, 'tight'],
  [91, 'too large'],
] as const)('of 100 bytes, 50 of them free, %i: %s', (bytes, fit) => {
  expect(memoryFit(bytes, { free: 50, total: 100 })).toBe(fit);
});
