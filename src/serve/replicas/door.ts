/**
 * The port, held by the process that holds no model, so that it stays whatever becomes of a replica. Connections go to
 * the replicas by turns; while none serves, whoever knocks is told to come again soon.
 */
import type { ChildProcess } from 'node:child_process';
import type { RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { ApiError } from '../http/api-error.ts';
import { type Address, type Attending, attend, bind } from '../http/server.ts';
import type { ToReplica } from './messages.ts';

/** Seconds. */
const RETRY_AFTER = '1';

export class Door {
  readonly url: string;
  readonly #server: Server;
  readonly #waitingRoom: Attending = attend(comeAgain);
  /** Who serves, the next one first. */
  readonly #replicas: ChildProcess[] = [];

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
    server.on('connection', (socket) => this.#receive(socket));
  }

  /** @throws ConfigError when the address cannot be listened on */
  static async open(address: Address): Promise<Door> {
    const server = createServer({ pauseOnConnect: true, noDelay: true });
    return new Door(server, await bind(server, address));
  }

  add(replica: ChildProcess): void {
    this.#replicas.push(replica);
  }

  remove(replica: ChildProcess): void {
    const place = this.#replicas.indexOf(replica);
    if (place >= 0) this.#replicas.splice(place, 1);
  }

  close(): void {
    this.#server.close();
    void this.#waitingRoom.close();
  }

  #receive(socket: Socket): void {
    const replica = this.#replicas.find(({ connected }) => connected);
    if (!replica) {
      this.#waitingRoom.take(socket);
      return;
    }
    this.remove(replica);
    this.add(replica);
    const message: ToReplica = { kind: 'connection' };
    // What is on its way to a replica that dies is lost with it.
    replica.send(message, socket, (error) => error && socket.destroy());
  }
}

/** The server lives, and loads. On this connection nothing else will come, so it ends with the answer. */
const comeAgain: RequestListener = (request, response) => {
  const isAlive = request.url === '/health';
  const { status, body, headers } = new ApiError(503, 'the model is being loaded; try again in a moment', {
    code: 'loading',
    headers: { 'Retry-After': RETRY_AFTER },
  });
  const answer = () =>
    response
      .writeHead(isAlive ? 200 : status, {
        'Content-Type': 'application/json',
        Connection: 'close',
        ...(!isAlive && headers),
      })
      .end(JSON.stringify(isAlive ? { status: 'ok' } : body));
  // A sender who is cut off in the middle would not read the answer.
  request.resume().once('end', answer);
};
