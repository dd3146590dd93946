/**
 * A server that stands in for a model's: it answers as a table of paths says, after delays that are known, and counts
 * what it was asked. For load tests, whose findings are then known beforehand.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface StandIn {
  readonly origin: string;
  /** Requests to each path, and connections in all. */
  readonly counts: { readonly paths: Map<string, number>; connections: number };
  close(): Promise<void>;
}

/** @param ordinal of the request to this path, from 0 */
type Behaviour = (exchange: {
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly body: string;
  readonly ordinal: number;
}) => void;

/** More than the largest test opens at once: what the system holds back is tried again only after a second. */
const BACKLOG = 4096;

export async function startStandIn(behaviours: Readonly<Record<string, Behaviour>>): Promise<StandIn> {
  const counts = { paths: new Map<string, number>(), connections: 0 };
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const path = new URL(request.url!, 'http://localhost').pathname;
    const ordinal = counts.paths.get(path) ?? 0;
    counts.paths.set(path, ordinal + 1);
    const behave = behaviours[path];
    if (behave) behave({ response, socket: request.socket, body, ordinal });
    else answer(response, 'not here', 404);
  });
  server.on('connection', () => {
    counts.connections++;
  });
  await new Promise<void>((resolve) =>
    server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, resolve),
  );
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Says how long it is, so that clients of HTTP 1.0 can keep their connections too. */
export function answer(response: ServerResponse, text: string, status = 200): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(text), server: 'stand-in/1' });
  response.end(text);
}

export function answerAfter(ms: number, text = 'ok'): Behaviour {
  return ({ response }) => void setTimeout(() => answer(response, text), ms);
}

/** One request at a time, each taking its time: a service whose capacity is known. */
export function oneByOne(ms: number, text = 'ok'): Behaviour {
  let freeAt = 0;
  return ({ response }) => {
    freeAt = Math.max(freeAt, performance.now()) + ms;
    setTimeout(() => answer(response, text), freeAt - performance.now());
  };
}

/** Nothing is answered for a while from a certain request on; then everything that waits, and the rest at once. */
export function stallAt(ordinalOfStall: number, ms: number): Behaviour {
  const waiting: ServerResponse[] = [];
  let isStalled = false;
  return ({ response, ordinal }) => {
    if (ordinal === ordinalOfStall) {
      isStalled = true;
      setTimeout(() => {
        isStalled = false;
        for (const held of waiting) answer(held, 'ok');
      }, ms);
    }
    if (isStalled) waiting.push(response);
    else answer(response, 'ok');
  };
}
