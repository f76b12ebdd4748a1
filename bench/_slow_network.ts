/**
 * A network between a client and a server on this host, run as a separate
 * process: a TCP proxy on loopback that delays what passes through it, and
 * limits how much passes in a second, in each direction:
 * `_slow_network.ts SERVER-PORT MEGABITS-PER-SECOND DELAY-MS`.
 *
 * Unlike a proxy that waits after each piece, it has many pieces on their way at
 * once, as a network has. Prints its port as the first line, and exits when its
 * standard input closes.
 *
 * @module
 */

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { print } from "./_report.ts";

/** Beyond this, no more is taken from the sender: routers hold about as much. */
const MAX_QUEUED_MS = 20;

/** A piece of data on its way. */
interface Piece {
  readonly data: Uint8Array;
  /** When it arrives. */
  readonly arrivesAt: number;
}

/** What a network is like. */
interface Line {
  readonly bytesPerMs: number;
  readonly delayMs: number;
}

/** One direction of a connection. */
class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #line: Line;
  readonly #onTheWay: Piece[] = [];
  /** When the last piece has left. */
  #busyUntil = 0;
  #isPending = false;
  #hasEnded = false;

  constructor(from: Socket, to: Socket, line: Line) {
    this.#from = from;
    this.#to = to;
    this.#line = line;
    from.on("data", (data: Uint8Array) => this.#send(data));
    from.on("end", () => {
      this.#hasEnded = true;
      this.#deliver();
    });
    // What one side loses, the other has lost too.
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroySoon());
  }

  #send(data: Uint8Array): void {
    const now = performance.now();
    const { bytesPerMs, delayMs } = this.#line;
    this.#busyUntil = Math.max(now, this.#busyUntil) + data.length / bytesPerMs;
    this.#onTheWay.push({ data, arrivesAt: this.#busyUntil + delayMs });
    if (this.#busyUntil - now > MAX_QUEUED_MS) this.#from.pause();
    this.#deliver();
  }

  /** Delivers what has arrived, and waits for what comes next. */
  #deliver(): void {
    const now = performance.now();
    for (;;) {
      const [next] = this.#onTheWay;
      if (next === undefined || next.arrivesAt > now) break;
      this.#onTheWay.shift();
      this.#to.write(next.data);
    }
    if (this.#busyUntil - now <= MAX_QUEUED_MS) this.#from.resume();
    const [next] = this.#onTheWay;
    if (next === undefined) {
      if (this.#hasEnded) this.#to.end();
      return;
    }
    if (this.#isPending) return;
    this.#isPending = true;
    setTimeout(() => {
      this.#isPending = false;
      this.#deliver();
    }, next.arrivesAt - now);
  }
}

async function main(): Promise<void> {
  const [port = NaN, megabits = NaN, delayMs = NaN] = Deno.args.map(Number);
  const line = { bytesPerMs: megabits * 1e6 / 8 / 1000, delayMs };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    client.setNoDelay();
    upstream.setNoDelay();
    new Direction(client, upstream, line);
    new Direction(upstream, client, line);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new TypeError("Cannot determine the port of the proxy");
  }
  print(String(address.port));
  await Deno.stdin.readable.pipeTo(new WritableStream());
  Deno.exit();
}

if (import.meta.main) await main();
