/**
 * Abortable attempts of `undici` to open a connection.
 *
 * undici itself never aborts an attempt: it continues when its request is
 * aborted, the next request waits for that same attempt, and so does destroying
 * the agent. undici's own connect timeout leaks a timer.
 *
 * @module
 */

import { isRecord } from "../../internal/json_fields.ts";
import type { buildConnector } from "undici";
import { startTimer } from "../../internal/timer.ts";

/** Opens a connection for undici. */
export type Connector = buildConnector.connector;

/** The target of a connection. */
export type ConnectorOptions = buildConnector.Options;

/** Called with the connection or with an error. */
export type ConnectorCallback = buildConnector.Callback;

/** Starts to open a connection, and returns a function that aborts that. */
export type Attempt = (
  options: ConnectorOptions,
  callback: ConnectorCallback,
) => () => void;

/** The timeout for opening a connection, as in client-go. */
const CONNECT_TIMEOUT_MS = 30_000;

/** The attempts of one transport. */
export class ConnectionAttempts {
  readonly #pending = new Set<(error: Error) => void>();

  /**
   * Creates a connector whose attempts are aborted after a timeout and by
   * `close`.
   *
   * @param attempt Starts to open a connection.
   * @returns The connector.
   */
  connector(attempt: Attempt): Connector {
    return (options, callback) => {
      let isOver = false;
      const settle = (): boolean => {
        if (isOver) return false;
        isOver = true;
        timer.clear();
        this.#pending.delete(abort);
        return true;
      };
      const abort = (error: Error) => {
        if (!settle()) return;
        abortAttempt();
        callback(error, null);
      };
      const timer = startTimer(() => {
        abort(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`));
      }, CONNECT_TIMEOUT_MS);
      this.#pending.add(abort);
      const abortAttempt = attempt(options, (...[error, socket]) => {
        if (!settle()) return void socket?.destroy();
        if (error === null) callback(null, socket);
        else callback(finalError(error), null);
      });
    };
  }

  /** Aborts all pending attempts. */
  close(): void {
    for (const abort of [...this.#pending]) {
      abort(new Error("the transport was closed"));
    }
  }
}

/**
 * An error after which undici gives up. After one of its own, such as that of
 * the connection to a proxy, it would connect again at once, for ever.
 */
function finalError(error: Error): Error {
  const code: unknown = Reflect.get(error, "code");
  return typeof code === "string" && code.startsWith("UND_ERR_")
    ? new Error(error.message, { cause: error })
    : error;
}

/**
 * Creates an attempt from one of undici's own connectors.
 *
 * @param connector The connector.
 * @returns The attempt.
 */
export function attemptWith(connector: Connector): Attempt {
  return (options, callback) => {
    // It returns the socket, although its type does not say so.
    const socket: unknown = connector(options, callback);
    return () => {
      if (isDestroyable(socket)) socket.destroy();
    };
  };
}

function isDestroyable(value: unknown): value is { destroy(): void } {
  return isRecord(value) && typeof value.destroy === "function";
}
