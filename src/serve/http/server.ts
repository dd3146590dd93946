/**
 * The side of the sockets: clocks for slow senders, answers to what is no HTTP, and the orderly end, whether connections
 * come from a port of its own or are handed over. Knows nothing of what is answered.
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Server as PortServer, Socket } from 'node:net';
import { ConfigError, messageOf } from '../../core/index.ts';
import { ApiError } from './api-error.ts';

export interface Clocks {
  /** A request has to arrive within this time, headers and body. */
  readonly receiveTimeoutMs?: number;
  /** How often that is looked after. */
  readonly checkIntervalMs?: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Listening {
  /** With the port that was taken. */
  readonly url: string;
  /** Takes no more connections; resolves when all requests are answered. */
  close(): Promise<void>;
}

export interface Attending {
  /** Serves a connection that somebody else accepted. */
  take(socket: Socket): void;
  /** Resolves when all requests are answered. */
  close(): Promise<void>;
}

const RECEIVE_TIMEOUT_MS = 60_000;
const CHECK_INTERVAL_MS = 5_000;
/** Longer than usual proxies keep theirs, so that it is they who close. */
const KEEP_ALIVE_MS = 75_000;
/** Connections that may wait to be accepted: a burst of thousands comes at once. */
const BACKLOG = 4096;
const IDLE_INTERVAL_MS = 50;
const MAX_HEADER_BYTES = 32 * 1024;

/** On a port of its own. @throws ConfigError when the address cannot be listened on */
export async function listen(listener: RequestListener, options: Address & Clocks): Promise<Listening> {
  const server = createHttpServer(listener, options);
  const url = await bind(server, options);
  const close = () => {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    return withoutIdle(server, ended);
  };
  return { url, close };
}

/** Without a port. */
export function attend(listener: RequestListener, clocks: Clocks = {}): Attending {
  const server = createHttpServer(listener, clocks);
  server.emit('listening'); // Node's clocks for slow senders start with it.
  const sockets = new Set<Socket>();
  let onEmpty: () => void = () => undefined;
  return {
    take(socket) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        if (sockets.size === 0) onEmpty();
      });
      server.emit('connection', socket);
      socket.resume(); // It was accepted paused, so that nothing was read elsewhere.
    },
    async close() {
      const empty = new Promise<void>((resolve) => {
        onEmpty = resolve;
        if (sockets.size === 0) resolve();
      });
      await withoutIdle(server, empty);
      server.close();
    },
  };
}

/** @returns the URL, with the port that was taken @throws ConfigError when the address cannot be listened on */
export async function bind(server: PortServer, { host, port }: Address): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new ConfigError(
          `api: cannot listen on ${host}:${port}: ${messageOf(error)}; choose another port or host`,
          error,
        ),
      ),
    );
    server.listen({ host, port, backlog: BACKLOG }, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
}

function createHttpServer(listener: RequestListener, clocks: Clocks): Server {
  const { receiveTimeoutMs = RECEIVE_TIMEOUT_MS, checkIntervalMs = CHECK_INTERVAL_MS } = clocks;
  const server = createServer(
    {
      requestTimeout: receiveTimeoutMs,
      headersTimeout: receiveTimeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: checkIntervalMs,
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
    },
    listener,
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuse(error, socket));
  return server;
}

/** Connections that have their answer wait for the next request, which must not come here any more. */
async function withoutIdle(server: Server, ended: Promise<void>): Promise<void> {
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_INTERVAL_MS);
  await ended;
  clearInterval(idle);
}

/** What is no HTTP, or came too slowly, is told so where it can still be. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = refusalOf(error.code);
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_TEXTS[status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

function refusalOf(code: string | undefined): ApiError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ApiError(408, 'the request did not arrive in time; send it faster', {
      code: 'request_timeout',
    });
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ApiError(431, `the headers are larger than ${MAX_HEADER_BYTES} bytes; send less`, {
      code: 'headers_too_large',
    });
  }
  return new ApiError(400, 'this is no HTTP request; check what is sent', { code: 'invalid_http' });
}
