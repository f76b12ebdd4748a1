/**
 * Scripted behavior of calls that do not answer normally.
 *
 * @module
 */

import { unlessAborted } from "../internal/abort.ts";

/** The error of a stream, wrapped because any value may be thrown. */
export interface Failure {
  /** The error. */
  readonly error: unknown;
}

/** A call that rejects, or hangs until it is released. */
export type ScriptedCall =
  | { readonly type: "fail"; readonly error: unknown }
  | {
    readonly type: "hang";
    readonly released: Promise<void>;
    readonly ignoreAbort: boolean;
  };

/** Creates a hanging call and a function that releases it. */
export function hangingCall(ignoreAbort: boolean): {
  readonly call: ScriptedCall;
  readonly release: () => void;
} {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { call: { type: "hang", released, ignoreAbort }, release };
}

/**
 * Performs the scripted behavior of a call.
 *
 * @param call The scripted behavior.
 * @param signal The signal of the call.
 * @throws The scripted error, or the signal's reason.
 */
export async function perform(
  call: ScriptedCall,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (call.type === "fail") throw call.error;
  if (signal === undefined || call.ignoreAbort) return await call.released;
  await unlessAborted(call.released, signal);
}
