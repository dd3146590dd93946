/**
 * Writes safetensors byte for byte as the reference library does: widest dtypes first, then by name, the header
 * padded with spaces so that the data starts at a multiple of 8.
 */
import { AtomicFile, assert, sizeInBytes } from '../core/index.ts';
import { SAFETENSORS_DTYPES } from './safetensors-header.ts';
import { commitFilled, type WrittenTensor, writeTensorData } from './written-tensor.ts';

const ALIGNMENT = 8;
const SPELLINGS = [...SAFETENSORS_DTYPES.keys()];
const DTYPES = [...SAFETENSORS_DTYPES.values()];

/**
 * Writes a whole file, which appears under its name only when complete.
 * @param metadata texts for `__metadata__`; transformers and PEFT expect `format: pt`
 */
export function writeSafetensors(
  path: string,
  tensors: Iterable<WrittenTensor>,
  metadata?: Readonly<Record<string, string>>,
): void {
  const sorted = [...tensors].sort(inFileOrder);
  const entries = metadata ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  let end = 0;
  for (const [i, { name, dtype, shape }] of sorted.entries()) {
    assert(DTYPES.includes(dtype), `safetensors has no dtype ${dtype}, which ${name} has`);
    assert(name !== sorted[i - 1]?.name, `the tensor ${name} is written twice`);
    const begin = end;
    end += sizeInBytes(dtype, shape);
    // Joined by hand: as keys of an object, names that are numbers would change their order.
    const info = { dtype: SPELLINGS[DTYPES.indexOf(dtype)], shape, data_offsets: [begin, end] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
  }
  const json = Buffer.from(`{${entries.join(',')}}`);
  const header = Buffer.alloc(8 + Math.ceil(json.length / ALIGNMENT) * ALIGNMENT, ' ');
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);
  commitFilled(new AtomicFile(path), (file) => {
    file.write(header);
    for (const tensor of sorted) writeTensorData(file, tensor, sizeInBytes(tensor.dtype, tensor.shape));
  });
}

function inFileOrder(a: WrittenTensor, b: WrittenTensor): number {
  const byDtype = DTYPES.indexOf(b.dtype) - DTYPES.indexOf(a.dtype);
  return byDtype || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}
