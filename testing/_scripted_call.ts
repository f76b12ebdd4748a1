/**
 * What a scripted call does instead of answering at once.
 *
 * @module
 */

import { unlessAborted } from "../internal/abort.ts";

/** What a stream is to error with. */
export interface Failure {
  /** The error, whatever it is. */
  readonly error: unknown;
}

/** A call that rejects, or that waits for its release. */
export type ScriptedCall =
  | { readonly type: "fail"; readonly error: unknown }
  | {
    readonly type: "hang";
    readonly released: Promise<void>;
    readonly ignoreAbort: boolean;
  };

/** A call that hangs, and what releases it. */
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
 * Has a call do what it is scripted to.
 *
 * @param call What it is scripted to do.
 * @param signal The signal of the call.
 * @throws What it is to reject with, or the signal's reason.
 */
export async function perform(
  call: ScriptedCall,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (call.type === "fail") throw call.error;
  if (signal === undefined || call.ignoreAbort) return await call.released;
  await unlessAborted(call.released, signal);
}
