/** What the studio is and where it stands. */
import { z } from 'zod';
import { route } from './route.ts';

export const Status = z.object({
  version: z.string(),
  workspace: z.string(),
  memoryBytes: z.number(),
  processors: z.number(),
  processor: z.string(),
  /** Rooms of the program that are there: pages of others are not shown. */
  rooms: z.array(z.string()),
});
export type Status = z.infer<typeof Status>;

export const STATUS = route({
  method: 'get',
  path: '/api/status',
  summary: 'Version, machine and workspace',
  response: Status,
});
