/**
 * Which characters a font file can draw: reads only the `cmap` table of TrueType, OpenType and collection files.
 * A file that is no such font, or is broken, covers nothing.
 * @see https://learn.microsoft.com/typography/opentype/spec/cmap
 */
import { closeSync, openSync, readSync } from 'node:fs';

/** Larger tables than any real font's are not read: the largest CJK fonts stay below 2 MiB. */
const MAX_CMAP_BYTES = 16 * 1024 * 1024;

/** Whether the font (the first of a collection) has a glyph for every character of the text but white space. */
export function fontCovers(path: string, text: string): boolean {
  const codes = [...new Set(text.replace(/\s/gu, ''))].map((character) => character.codePointAt(0)!);
  try {
    const glyphs = readCharacterMap(path);
    return codes.every((code) => glyphs(code));
  } catch (error) {
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code !== undefined) return false;
    throw error;
  }
}

type CharacterMap = (code: number) => boolean;

const nothing: CharacterMap = () => false;

function readCharacterMap(path: string): CharacterMap {
  const file = openSync(path, 'r');
  try {
    const read = (offset: number, length: number): Buffer => {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
    };
    const isCollection = read(0, 4).toString('latin1') === 'ttcf';
    const start = isCollection ? read(12, 4).readUInt32BE(0) : 0;
    const directory = read(start + 12, 16 * read(start + 4, 2).readUInt16BE(0));
    for (let entry = 0; entry + 16 <= directory.length; entry += 16) {
      if (directory.toString('latin1', entry, entry + 4) !== 'cmap') continue;
      const length = directory.readUInt32BE(entry + 12);
      return length > MAX_CMAP_BYTES ? nothing : parse(read(directory.readUInt32BE(entry + 8), length));
    }
    return nothing;
  } finally {
    closeSync(file);
  }
}

/** Takes the subtable of format 12 (all of Unicode) where there is one, else format 4 (its first plane). */
function parse(cmap: Buffer): CharacterMap {
  let basic: number | undefined;
  for (let record = 4; record < 4 + 8 * cmap.readUInt16BE(2); record += 8) {
    const offset = cmap.readUInt32BE(record + 4);
    const format = cmap.readUInt16BE(offset);
    if (format === 12) return segmented(cmap.subarray(offset));
    if (format === 4) basic = offset;
  }
  return basic === undefined ? nothing : deltas(cmap.subarray(basic));
}

function segmented(table: Buffer): CharacterMap {
  const groups = table.readUInt32BE(12);
  return (code) => {
    for (let group = 0; group < groups; group++) {
      const at = 16 + 12 * group;
      if (code <= table.readUInt32BE(at + 4)) return code >= table.readUInt32BE(at);
    }
    return false;
  };
}

function deltas(table: Buffer): CharacterMap {
  const segments = table.readUInt16BE(6) / 2;
  return (code) => {
    for (let segment = 0; segment < segments; segment++) {
      const end = 14 + 2 * segment;
      if (code > table.readUInt16BE(end)) continue;
      const start = end + 2 * segments + 2;
      if (code < table.readUInt16BE(start)) return false;
      const delta = table.readUInt16BE(start + 2 * segments);
      const rangeAt = start + 4 * segments;
      const range = table.readUInt16BE(rangeAt);
      if (range === 0) return ((code + delta) & 0xffff) !== 0;
      return table.readUInt16BE(rangeAt + range + 2 * (code - table.readUInt16BE(start))) !== 0;
    }
    return false;
  };
}
