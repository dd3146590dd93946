/**
 * Opens safetensors: one file, a list of shards, or whatever a model folder holds. An index file decides which
 * shard a tensor is taken from, and can name files of its own folder only.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ModelError, messageOf } from '../core/index.ts';
import { damaged, RandomAccessFile } from './random-access-file.ts';
import { readSafetensorsHeader, type SafetensorsHeader } from './safetensors-header.ts';
import {
  closingOnFailure,
  createTensorSource,
  type PlacedTensor,
  shown,
  type TensorSource,
} from './tensor-source.ts';

/** Room for several hundred thousand names; a real index has some hundreds. */
const MAX_INDEX_BYTES = 64 << 20;

const SINGLE_FILE = 'model.safetensors';
const INDEX_FILE = 'model.safetensors.index.json';

/**
 * Opens one file, or shards that complete each other.
 * @throws ModelError when a file is broken or two shards hold the same name
 */
export function openSafetensors(path: string | readonly string[]): TensorSource {
  const paths = typeof path === 'string' ? [path] : path;
  if (paths.length === 0)
    throw new ModelError('safetensors: an empty list of files was given; name at least one');
  return closingOnFailure((files) => {
    const headers = paths.map((shard) => openHeader(shard, files));
    const tensors = new Map<string, PlacedTensor>();
    for (const tensor of headers.flatMap((header) => [...header.tensors.values()])) {
      const twin = tensors.get(tensor.name);
      if (twin) throw damaged(tensor.file.path, `${shown(tensor.name)} is in ${twin.file.path} too`);
      tensors.set(tensor.name, tensor);
    }
    return createTensorSource({
      path: paths[0]!,
      format: 'safetensors',
      metadata: joined(headers),
      tensors,
      files,
    });
  });
}

/**
 * Opens the weights of a model folder: `model.safetensors`, else the shards that its index names.
 * @throws ModelError when there are none, or the index and its shards do not fit each other
 */
export function openShardedSafetensors(folder: string): TensorSource {
  const single = join(folder, SINGLE_FILE);
  if (existsSync(single)) return openSafetensors(single);
  const index = join(folder, INDEX_FILE);
  if (existsSync(index)) return openIndex(index);
  throw new ModelError(
    `${folder}: has neither ${SINGLE_FILE} nor ${INDEX_FILE}; fetch the weights in the safetensors format`,
  );
}

function openIndex(path: string): TensorSource {
  const weightMap = readWeightMap(path);
  return closingOnFailure((files) => {
    const shards = new Map<string, SafetensorsHeader>();
    const tensors = new Map<string, PlacedTensor>();
    for (const [name, fileName] of weightMap) {
      const shard = shards.get(fileName) ?? openHeader(join(dirname(path), fileName), files);
      shards.set(fileName, shard);
      const tensor = shard.tensors.get(name);
      if (!tensor) throw damaged(path, `${shown(name)} is said to be in ${fileName}, which does not hold it`);
      tensors.set(name, tensor);
    }
    const metadata = joined([...shards.values()]);
    return createTensorSource({ path, format: 'safetensors', metadata, tensors, files });
  });
}

function readWeightMap(path: string): [string, string][] {
  const entries = Object.entries(parseWeightMap(path));
  if (entries.length === 0) throw damaged(path, 'weight_map is missing or empty');
  for (const [name, fileName] of entries) {
    if (typeof fileName !== 'string') throw damaged(path, `weight_map gives no file for ${shown(name)}`);
    if (basename(fileName) !== fileName || fileName.includes('\\') || fileName.startsWith('..')) {
      throw new ModelError(
        `${path}: weight_map names ${shown(fileName)}, which is no file of this folder; do not use this model`,
      );
    }
  }
  return entries;
}

function parseWeightMap(path: string): Record<string, string> {
  const file = new RandomAccessFile(path);
  try {
    if (file.sizeBytes > MAX_INDEX_BYTES)
      throw damaged(path, `has ${file.sizeBytes} bytes, too many for an index`);
    const bytes = Buffer.alloc(file.sizeBytes);
    file.read(0, bytes);
    const { weight_map: weightMap } = JSON.parse(bytes.toString('utf8')) ?? {};
    return typeof weightMap === 'object' && weightMap !== null ? weightMap : {};
  } catch (error) {
    throw error instanceof SyntaxError ? damaged(path, `is no JSON, ${messageOf(error)}`, error) : error;
  } finally {
    file.close();
  }
}

function openHeader(path: string, files: RandomAccessFile[]): SafetensorsHeader {
  const file = new RandomAccessFile(path);
  files.push(file);
  return readSafetensorsHeader(file);
}

function joined(headers: readonly SafetensorsHeader[]): ReadonlyMap<string, string> {
  return new Map(headers.flatMap((header) => [...header.metadata]));
}
