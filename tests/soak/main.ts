/**
 * Changes objects on a real control plane while connections break and its API
 * server is killed, and counts what a watcher and an informer make of it:
 * `deno task soak --minutes 10`.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line program

import { setTimeout as delay } from "node:timers/promises";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { Recorder } from "./_recorder.ts";
import { Weather } from "./_weather.ts";
import { Writers } from "./_writers.ts";

/** How long a watcher may take to report the last object. */
const SETTLE_MS = 120_000;

/** How often it is asked what a watcher uses, without the start. */
const SAMPLES = 6;

const KNOWN = ["--minutes", "--rate", "--seed", "--every"];

function parse(args: readonly string[]): (name: string, or: number) => number {
  const values = new Map<string, number>();
  const left = args.filter((arg) => arg !== "--").flatMap((arg) =>
    arg.split("=")
  );
  for (let at = 0; at < left.length; at += 2) {
    const name = left[at] ?? "";
    const value = Number(left[at + 1]);
    if (!KNOWN.includes(name) || !(value > 0)) {
      throw new TypeError(
        `Cannot use '${
          left.slice(at, at + 2).join(" ")
        }': expected --minutes N, --rate N, --seed N or --every SECONDS`,
      );
    }
    values.set(name, value);
  }
  return (name, or) => values.get(name) ?? or;
}

async function until(
  what: string,
  recorders: readonly Recorder[],
  holds: (recorder: Recorder) => boolean,
): Promise<void> {
  const end = Date.now() + SETTLE_MS;
  while (!recorders.every(holds)) {
    const dead = recorders.find(({ hasDied }) => hasDied);
    if (dead !== undefined) {
      throw new Error(`The process of the ${dead.name} died: ${dead.errors}`);
    }
    if (Date.now() > end) {
      const late = recorders.filter((each) => !holds(each));
      console.log(
        `Without ${what} after ${SETTLE_MS / 1_000} s: ${
          late.map(({ name }) => name).join(", ")
        }`,
      );
      return;
    }
    await delay(50);
  }
}

/** Asks what the watchers use, but for the start and the end. */
async function sample(
  recorders: readonly Recorder[],
  durationMs: number,
): Promise<void> {
  for (let count = 1; count < SAMPLES; count++) {
    await delay(durationMs / SAMPLES);
    for (const each of recorders) await each.ask("use");
  }
}

/** Returns whether everything was right. */
function report(recorder: Recorder, writers: Writers): boolean {
  const outcome = recorder.outcome(writers);
  const { uses } = recorder;
  const megabytes = uses.map(({ heapBytes }) => (heapBytes / 1e6).toFixed(1));
  const sockets = uses.map((use) => use.sockets);
  console.log(`
${recorder.name}
  events            ${recorder.events}
  restarts          ${(uses.at(-1)?.watches ?? 0) - 1}
  ended, said so    ${outcome.ended}
  lost              ${outcome.lost}
  repeated          ${outcome.repeated}
  invented          ${outcome.invented}
  cache wrong       ${outcome.isCacheWrong ?? "–"}
  hangs             ${outcome.hangs}
  longest gap       ${recorder.longestGapMs} ms
  heap, MB          ${megabytes.join(", ")}
  sockets           ${sockets.join(", ")}`);
  const { lost, repeated, invented, isCacheWrong = false, hangs } = outcome;
  const isRight = lost + repeated + invented === 0 && !isCacheWrong && !hangs;
  if (!isRight) console.log(outcome.notes.slice(0, 40).join("\n"));
  return isRight;
}

async function main(args: readonly string[]): Promise<number> {
  const value = parse(args);
  const minutes = value("--minutes", 10);
  const seed = value("--seed", 1);
  await using plane = await ControlPlane.start();
  await using watcher = await Recorder.start(plane, "RetryWatcher");
  await using informer = await Recorder.start(plane, "informer");
  const recorders = [watcher, informer];
  await until("a start", recorders, ({ isStarted }) => isStarted);

  const writers = new Writers(plane, { rate: value("--rate", 200), seed });
  const begin = Date.now();
  writers.start();
  await delay(3_000);
  for (const each of recorders) await each.ask("use");
  const sampling = sample(recorders, minutes * 60_000);
  const weather = new Weather({
    plane,
    proxies: recorders.map(({ proxy }) => proxy),
    seed,
    everyMs: 1_000 * value("--every", 5),
  });
  await weather.run(minutes * 60_000);
  await sampling;
  const seconds = (Date.now() - begin) / 1_000;
  await writers.stop();
  await until("the last object", recorders, ({ hasLast }) => hasLast);
  // For what comes again.
  await delay(3_000);
  for (const each of recorders) await each.ask("use");
  await until(
    "an answer",
    recorders,
    ({ uses }) => uses.length === SAMPLES + 1,
  );
  for (const each of recorders) await each.ask("finish");
  await until("the caches", recorders, ({ isFinished }) => isFinished);

  const { length } = writers.changes;
  const faults = [...weather.counts].map(([name, count]) => `${count} ${name}`);
  console.log(
    `${length} changes in ${seconds.toFixed(0)} s (${
      (length / seconds).toFixed(0)
    } a second), ${writers.unacknowledged} of them unacknowledged; faults of seed ${seed}: ${
      faults.join(", ")
    }`,
  );
  const isRight = recorders.map((each) => report(each, writers));
  return isRight.every(Boolean) ? 0 : 1;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
