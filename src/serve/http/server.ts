/**
 * The listening side: sockets, clocks for slow senders, answers to what is no HTTP, and the orderly end. Knows nothing
 * of what is answered.
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ConfigError, messageOf } from '../../core/index.ts';
import { ApiError } from './api-error.ts';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** A request has to arrive within this time, headers and body. */
  readonly receiveTimeoutMs?: number;
  /** How often that is looked after. */
  readonly checkIntervalMs?: number;
}

export interface Listening {
  /** With the port that was taken. */
  readonly url: string;
  readonly server: Server;
  /** Takes no more connections; resolves when all requests are answered. */
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

/** @throws ConfigError when the address cannot be listened on */
export async function listen(listener: RequestListener, options: ListenOptions): Promise<Listening> {
  const { host, port, receiveTimeoutMs = RECEIVE_TIMEOUT_MS } = options;
  const server = createServer(
    {
      requestTimeout: receiveTimeoutMs,
      headersTimeout: receiveTimeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: options.checkIntervalMs ?? CHECK_INTERVAL_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
    },
    listener,
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuse(error, socket));
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
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${taken}`, server, close: () => close(server) };
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Connections that have their answer wait for the next request, which must not come here.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_INTERVAL_MS);
    server.close(() => {
      clearInterval(idle);
      resolve();
    });
  });
}
