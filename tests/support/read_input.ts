/**
 * A program that reads its standard input until it gets a signal, and reports
 * it.
 */

import { Interruption } from "../../cli/terminal/io.ts";
import { thisProcess } from "../../cli/terminal/this_process.ts";

const { io, setExitStatus } = thisProcess();
const interrupted = new AbortController();
using _listening = io.onSignal((signal) =>
  interrupted.abort(new Interruption(signal))
);
/** Reads to the end. Begun before "reading" is written, it may fail before that. */
async function read(): Promise<void> {
  try {
    await io.stdin?.read(interrupted.signal);
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    await io.stdout.write(`${error.message}\n`);
    setExitStatus(error.exitStatus);
  }
}

await Promise.all([read(), io.stdout.write("reading\n")]);
