import { describe, expect, it } from 'vitest';
import { Device } from './device.ts';
import { OpContext } from './op-context.ts';
import { readTensor, Variables, writeTensor } from './tensor.ts';

describe('variables', () => {
  it('keep what is written, in pieces too', () => {
    using device = Device.cpu(1);
    using memory = new Variables(
      device,
      [
        { shape: [2, 3], dtype: 'f32' },
        { shape: [4], dtype: 'i64' },
      ],
      'a test',
    );
    const [x, y] = memory.tensors;
    writeTensor(x!, Float32Array.of(1, 2, 3, 4, 5, 6));
    writeTensor(x!, Float32Array.of(20, 30), 4);
    writeTensor(y!, BigInt64Array.of(1n, -2n, 3n, 2n ** 40n));
    const values = new Float32Array(6);
    readTensor(x!, values);
    expect([...values]).toEqual([1, 20, 30, 4, 5, 6]);
    const rest = new BigInt64Array(2);
    readTensor(y!, rest, 16);
    expect([...rest]).toEqual([3n, 2n ** 40n]);
    expect(device.live).toEqual({ buffers: 1, bytes: memory.bytes });
    memory.clear();
    readTensor(x!, values);
    expect([...values]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it.each([
    { name: 'too many bytes', bytes: 28, offset: 0 },
    { name: 'an end beyond', bytes: 24, offset: 4 },
    { name: 'a negative offset', bytes: 4, offset: -4 },
    { name: 'an offset that is no number', bytes: 4, offset: Number.NaN },
  ])('refuse $name', ({ bytes, offset }) => {
    using device = Device.cpu(1);
    using memory = new Variables(device, [{ shape: [2, 3], dtype: 'f32' }], 'a test');
    const data = new Uint8Array(bytes);
    const refusal = expect.objectContaining({ code: 'shape' });
    expect(() => writeTensor(memory.tensors[0]!, data, offset)).toThrow(refusal);
    expect(() => readTensor(memory.tensors[0]!, data, offset)).toThrow(refusal);
  });

  it('are read in their own order only', () => {
    using device = Device.cpu(1);
    using memory = new Variables(device, [{ shape: [2, 3], dtype: 'f32' }], 'a test');
    using context = new OpContext(device);
    const turned = context.permute(memory.tensors[0]!, [1, 0]);
    expect(() => readTensor(turned, new Float32Array(6))).toThrow(
      'internal: read of a tensor that is not contiguous',
    );
  });

  it.each([
    { shape: [], why: /no shape/ },
    { shape: [1, 1, 1, 1, 1], why: /no shape/ },
    { shape: [2, 0], why: /no shape/ },
    { shape: [1.5], why: /no shape/ },
    { shape: [-1], why: /no shape/ },
    { shape: [2 ** 30, 2 ** 30], why: /too many bytes/ },
  ])('refuse a shape of [$shape]', ({ shape, why }) => {
    using device = Device.cpu(1);
    expect(() => new Variables(device, [{ shape, dtype: 'f32' }], 'a test')).toThrow(why);
    expect(device.live).toEqual({ buffers: 0, bytes: 0 });
  });
});
