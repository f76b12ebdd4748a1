/**
 * Attempts of `undici`'s to open a connection, each of which can be given up.
 *
 * undici itself never does once it has begun: a request that is aborted leaves
 * the attempt as it is, the next one waits for that same attempt, and
 * destroying the whole agent waits for it as well. Its own time limit leaves a
 * timer behind.
 *
 * @module
 */

import { isRecord } from "../../internal/json_fields.ts";
import type { buildConnector } from "undici";
import { startTimer } from "../../internal/timer.ts";

/** What undici opens connections with. */
export type Connector = buildConnector.connector;

/** What undici wants a connection to. */
export type ConnectorOptions = buildConnector.Options;

/** Told of a connection, or of why there is none. */
export type ConnectorCallback = buildConnector.Callback;

/** Begins to open a connection, and gives what gives that up. */
export type Attempt = (
  options: ConnectorOptions,
  callback: ConnectorCallback,
) => () => void;

/** How long it may take to open a connection, as in client-go. */
const CONNECT_TIMEOUT_MS = 30_000;

/** The attempts of one transport. */
export class ConnectionAttempts {
  readonly #pending = new Set<(error: Error) => void>();

  /**
   * Makes a connector whose attempts are given up after a while, and when
   * everything is closed.
   *
   * @param attempt Begins to open a connection.
   * @returns The connector.
   */
  connector(attempt: Attempt): Connector {
    return (options, callback) => {
      let isOver = false;
      const settle = (): boolean => {
        if (isOver) return false;
        isOver = true;
        timer.clear();
        this.#pending.delete(giveUp);
        return true;
      };
      const giveUp = (error: Error) => {
        if (!settle()) return;
        abandon();
        callback(error, null);
      };
      const timer = startTimer(() => {
        giveUp(new Error(`no connection in ${CONNECT_TIMEOUT_MS} ms`));
      }, CONNECT_TIMEOUT_MS);
      this.#pending.add(giveUp);
      const abandon = attempt(options, (...[error, socket]) => {
        if (!settle()) return void socket?.destroy();
        if (error === null) callback(null, socket);
        else callback(error, null);
      });
    };
  }

  /** Gives up all that are under way. */
  close(): void {
    for (const giveUp of [...this.#pending]) {
      giveUp(new Error("the connection is not wanted any more"));
    }
  }
}

/**
 * An attempt by one of undici's own connectors.
 *
 * @param connector The connector.
 * @returns The attempt.
 */
export function attemptBy(connector: Connector): Attempt {
  return (options, callback) => {
    // It does return the socket, whatever its type says.
    const socket: unknown = connector(options, callback);
    return () => {
      if (isDestroyable(socket)) socket.destroy();
    };
  };
}

function isDestroyable(value: unknown): value is { destroy(): void } {
  return isRecord(value) && typeof value.destroy === "function";
}
