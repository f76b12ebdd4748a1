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
import {
  runTask,
  type TaskArguments,
  type TaskUsage,
} from "../support/task_options.ts";
import { Recorder } from "./_recorder.ts";
import { Weather } from "./_weather.ts";
import { Writers } from "./_writers.ts";

/** How long a watcher may take to report the last object. */
const SETTLE_MS = 120_000;

/** How often it is asked what a watcher uses, without the start. */
const SAMPLES = 6;

const USAGE: TaskUsage = {
  usage: "deno task soak [--minutes N] [--rate N] [--seed N] [--every SECONDS]",
  options: {
    "--minutes": "positive",
    "--rate": "positive",
    "--seed": "seed",
    "--every": "positive",
  },
};

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

async function main(given: TaskArguments): Promise<number> {
  const minutes = given.number("--minutes", 10);
  const seed = given.number("--seed", 1);
  await using plane = await ControlPlane.start();
  await using watcher = await Recorder.start(plane, "RetryWatcher");
  await using informer = await Recorder.start(plane, "informer");
  const recorders = [watcher, informer];
  await until("a start", recorders, ({ isStarted }) => isStarted);

  const rate = given.number("--rate", 200);
  const writers = new Writers(plane, { rate, seed });
  const begin = Date.now();
  writers.start();
  await delay(3_000);
  for (const each of recorders) await each.ask("use");
  const sampling = sample(recorders, minutes * 60_000);
  const weather = new Weather({
    plane,
    proxies: recorders.map(({ proxy }) => proxy),
    seed,
    everyMs: 1_000 * given.number("--every", 5),
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

if (import.meta.main) Deno.exitCode = await runTask(Deno.args, USAGE, main);
