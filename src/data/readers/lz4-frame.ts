/**
 * LZ4 frames, in which arrow files keep their buffers: a header, blocks, and checksums, which are passed over. A
 * block may repeat what the blocks before it hold, so all of them go into one output.
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
const FRAME_MARK = 0x184d2204;
const STORED_BLOCK = 0x8000_0000;

/** @throws Error when the frame is broken */
export function decompressLz4Frame(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== FRAME_MARK) throw new Error('no LZ4 frame');
  const flags = view.getUint8(4);
  const [hasBlockChecksum, hasContentSize, hasDictionary] = [flags & 0x10, flags & 0x08, flags & 0x01];
  let at = 7 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  let output: Uint8Array = new Uint8Array(0);
  for (;;) {
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return output;
    const length = word & ~STORED_BLOCK;
    const block = frame.subarray(at, at + length);
    if (block.length !== length) throw new Error('the LZ4 frame is cut off');
    output = word & STORED_BLOCK ? concat(output, block) : expandBlock(block, output);
    at += length + (hasBlockChecksum ? 4 : 0);
  }
}

/** Sequences of literals and of repeats of what was written before. @see lz4_Block_format.md beside the above */
function expandBlock(block: Uint8Array, before: Uint8Array): Uint8Array {
  let output = before;
  let end = before.length;
  const reserve = (count: number) => {
    if (end + count <= output.length) return;
    const larger = new Uint8Array(Math.max(end + count, 2 * output.length));
    larger.set(output.subarray(0, end));
    output = larger;
  };
  let at = 0;
  const readLength = (start: number) => {
    let length = start;
    for (let byte = start === 15 ? 255 : 0; byte === 255; length += byte) byte = block[at++] ?? 0;
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = readLength(token >> 4);
    if (at + literals > block.length) throw new Error('an LZ4 block is cut off');
    reserve(literals);
    output.set(block.subarray(at, at + literals), end);
    at += literals;
    end += literals;
    if (at >= block.length) break;
    const offset = block[at]! | ((block[at + 1] ?? 0) << 8);
    at += 2;
    if (offset === 0 || offset > end) throw new Error('an LZ4 block repeats what was never written');
    const repeated = readLength(token & 15) + 4;
    reserve(repeated);
    for (let i = 0; i < repeated; i++, end++) output[end] = output[end - offset]!;
  }
  return output.subarray(0, end);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
