/**
 * A TCP proxy on loopback that breaks connections in every way a network does.
 * TLS passes through it untouched. It is made on `node:net`, whose sockets,
 * unlike `Deno.Conn`, can send a reset.
 *
 * Each connection is a pair of sockets, and a state: it forwards; it has
 * stalled, for good; or it is over. What is set on the proxy (delay, trickle,
 * limit) concerns what the server sends, and holds for all connections from then
 * on, those that are open included.
 *
 * @module
 */

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, Socket } from "node:net";

/** How a connection ends. */
export type Break = "cut" | "reset" | "stall";

/** Options of {@linkcode TcpProxy.start}. */
export interface TcpProxyOptions {
  /** Port of loopback that connections are forwarded to. */
  upstreamPort: number;
}

/** Options of {@linkcode TcpProxy.stall}. */
export interface StallOptions {
  /** Whether connections that are made from now on stall as well. @default {false} */
  newToo?: boolean | undefined;
}

/** Options of {@linkcode TcpProxy.trickle}. */
export interface TrickleOptions {
  /** How many bytes are forwarded at a time. */
  bytes: number;
  /** How long it waits after each of them. @default {0} */
  everyMs?: number | undefined;
}

/** What {@linkcode TcpProxy.breakAfter} does. */
export interface BreakAfterOptions {
  /**
   * Called for each connection: after how many bytes from the server it breaks;
   * `undefined`: never.
   */
  bytes: () => number | undefined;
  /** How it breaks. @default {"cut"} */
  how?: Break | undefined;
}

/** A proxy that is listening. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #upstreamPort: number;
  readonly #links = new Set<Link>();
  readonly #weather: Weather = { delayMs: 0, trickle: undefined };
  #breakAfter: BreakAfterOptions | undefined;
  #stallNew = false;
  #accepted = 0;
  #broken = 0;

  private constructor(server: Server, upstreamPort: number) {
    this.#server = server;
    this.#upstreamPort = upstreamPort;
    server.on("connection", (socket) => this.#accept(socket));
  }

  /**
   * Starts a proxy.
   *
   * @param options What it stands in front of.
   * @returns It, listening on a free port.
   */
  static async start(options: TcpProxyOptions): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    const proxy = new TcpProxy(server, options.upstreamPort);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  /** The port that it listens on. */
  get port(): number {
    return addressOf(this.#server).port;
  }

  /** URL of a TLS server behind it. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** How many connections it has accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many connections are open, those that have stalled included. */
  get open(): number {
    return this.#links.size;
  }

  /** How many connections it has broken, in any way. */
  get broken(): number {
    return this.#broken;
  }

  /**
   * Ends all connections in order (FIN), between two bytes.
   *
   * @returns How many.
   */
  cut(): number {
    return this.#breakAll("cut");
  }

  /**
   * Resets all connections (RST).
   *
   * @returns How many.
   */
  reset(): number {
    return this.#breakAll("reset");
  }

  /**
   * Makes all connections stand still: neither side hears anything any more, not
   * even that the other has gone. Nothing makes them move again.
   *
   * @param options Whether new ones do so as well.
   * @returns How many connections now stand still that did not before.
   */
  stall(options: StallOptions = {}): number {
    this.#stallNew = options.newToo ?? false;
    return this.#breakAll("stall");
  }

  /** Lets new connections through again, as they were before anything was set. */
  clear(): void {
    this.#stallNew = false;
    this.#breakAfter = undefined;
    this.#weather.delayMs = 0;
    this.#weather.trickle = undefined;
  }

  /**
   * Holds back each piece of what the server sends.
   *
   * @param delayMs For how long; 0: no more.
   */
  delay(delayMs: number): void {
    this.#weather.delayMs = delayMs;
  }

  /**
   * Forwards what the server sends in small pieces, each a packet of its own.
   *
   * @param options How small; `undefined`: no more.
   * @throws {RangeError} If `bytes` is no positive integer.
   */
  trickle(options: TrickleOptions | undefined): void {
    const bytes = options?.bytes ?? 1;
    if (!Number.isInteger(bytes) || bytes < 1) {
      throw new RangeError(
        `Cannot trickle ${bytes} bytes at a time: give a positive integer`,
      );
    }
    this.#weather.trickle = options;
  }

  /**
   * Breaks each connection after a number of bytes from the server.
   *
   * @param options After how many, how; `undefined`: no more.
   */
  breakAfter(options: BreakAfterOptions | undefined): void {
    this.#breakAfter = options;
    for (const link of this.#links) this.#limit(link);
  }

  /** Drops all connections and stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    const links = [...this.#links].map((link) => link.destroy());
    await Promise.all(links);
    await closed;
  }

  #accept(client: Socket): void {
    this.#accepted++;
    const link = new Link(client, this.#upstreamPort, this.#weather, {
      onBreak: () => this.#broken++,
      onClose: () => this.#links.delete(link),
    });
    this.#links.add(link);
    this.#limit(link);
    if (this.#stallNew) link.break("stall");
  }

  #limit(link: Link): void {
    const { bytes, how = "cut" } = this.#breakAfter ?? {};
    link.limit(bytes?.(), how);
  }

  #breakAll(how: Break): number {
    const before = this.#broken;
    for (const link of this.#links) link.break(how);
    return this.#broken - before;
  }
}

interface Weather {
  delayMs: number;
  trickle: TrickleOptions | undefined;
}

interface LinkListener {
  onBreak(): void;
  onClose(): void;
}

/** One connection through the proxy. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #weather: Weather;
  readonly #listener: LinkListener;
  /** Ends the pauses that are under way. */
  readonly #wakers = new Set<() => void>();
  #state: "forwarding" | "stalled" | "over" = "forwarding";
  #bytesLeft = Infinity;
  #how: Break = "cut";

  constructor(
    client: Socket,
    upstreamPort: number,
    weather: Weather,
    listener: LinkListener,
  ) {
    this.#client = client;
    this.#weather = weather;
    this.#listener = listener;
    this.#server = new Socket({ allowHalfOpen: true });
    this.#join(client, this.#server, (data) => this.#up(data));
    this.#join(this.#server, client, (data) => this.#down(data));
    this.#server.connect(upstreamPort, "127.0.0.1");
    client.resume();
  }

  /** Sets after how many more bytes from the server it breaks. */
  limit(bytes: number | undefined, how: Break): void {
    this.#bytesLeft = bytes ?? Infinity;
    this.#how = how;
  }

  /** Breaks it; one that has stalled can no more break in another way. */
  break(how: Break): void {
    if (this.#state !== "forwarding") return;
    this.#state = how === "stall" ? "stalled" : "over";
    this.#listener.onBreak();
    if (how === "stall") {
      this.#client.pause();
      this.#server.pause();
      return;
    }
    for (const socket of [this.#client, this.#server]) {
      if (how === "cut") {
        socket.end();
        socket.resume(); // What still comes is read, and lost: else it resets
      } else {
        socket.resetAndDestroy();
      }
    }
    this.#wake();
  }

  /** Drops it, whatever its state, and waits until both sockets are closed. */
  async destroy(): Promise<void> {
    this.#state = "over";
    this.#wake();
    await Promise.all([this.#client, this.#server].map(async (socket) => {
      if (socket.closed) return;
      const closed = once(socket, "close");
      socket.destroy();
      await closed;
    }));
  }

  /** Lets one socket's data, end and failure reach the other. */
  #join(
    from: Socket,
    to: Socket,
    forward: (data: Uint8Array) => Promise<void>,
  ): void {
    let forwarded = Promise.resolve();
    from.on("data", (data: Uint8Array) => {
      if (this.#state === "over") return;
      from.pause();
      forwarded = forward(data).then(() => {
        if (this.#state !== "stalled") from.resume();
      });
    });
    from.on("end", () => {
      void forwarded.then(() => {
        if (this.#state !== "stalled") to.end();
      });
    });
    // A failure is followed by "close"; the other side learns of it as a reset.
    from.on("error", () => {
      if (this.#state === "forwarding") to.resetAndDestroy();
    });
    from.on("close", () => this.#closed(to));
  }

  #closed(other: Socket): void {
    // The peer of a stalled connection is never told.
    if (this.#state === "stalled" && !other.closed) return;
    this.#state = "over";
    this.#wake();
    if (other.closed) this.#listener.onClose();
    else other.destroySoon();
  }

  async #up(data: Uint8Array): Promise<void> {
    await this.#write(this.#server, data);
  }

  async #down(data: Uint8Array): Promise<void> {
    if (this.#weather.delayMs > 0) await this.#pause(this.#weather.delayMs);
    let rest = data;
    while (rest.length > 0 && this.#state === "forwarding") {
      const { bytes = rest.length, everyMs = 0 } = this.#weather.trickle ?? {};
      const size = Math.min(bytes, rest.length, this.#bytesLeft);
      await this.#write(this.#client, rest.subarray(0, size));
      rest = rest.subarray(size);
      this.#bytesLeft -= size;
      if (this.#bytesLeft <= 0) this.break(this.#how);
      else if (everyMs > 0) await this.#pause(everyMs);
    }
  }

  async #write(socket: Socket, data: Uint8Array): Promise<void> {
    if (this.#state !== "forwarding" || data.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wakers.add(resolve);
    // Called when the data has been handed over, or cannot be.
    socket.write(data, () => resolve());
    await promise;
    this.#wakers.delete(resolve);
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wakers.add(resolve);
    await promise;
    this.#wakers.delete(resolve);
    clearTimeout(timer);
  }

  #wake(): void {
    for (const waker of this.#wakers) waker();
  }
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (typeof address === "object" && address !== null) return address;
  throw new TypeError("Cannot tell the proxy's port: it does not listen");
}
