/**
 * Compares the conditions with the verdicts of other tools on a corpus of
 * objects, and prints the result as a table.
 *
 * - Verdicts of Argo CD (`Healthy`, …) and kstatus (`Current`, …) are compared
 *   with `isReady`, by the sign that decides.
 * - Verdicts of `kubectl rollout status` are compared with the conditions on
 *   rollouts; each has to agree.
 *
 * Arguments: the file, and `--rows` to list each row that differs.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { errorText } from "../internal/error_text.ts";
import { readyVerdict, type SignedVerdict } from "../conditions/_ready_sign.ts";
import { rolloutStatus } from "../conditions/_rollout_status.ts";
import {
  type CorpusRow,
  readCorpus,
  type RolloutVerdict,
} from "./_corpus_rows.ts";
import { print, row } from "./_report.ts";

/** The words of Argo CD and kstatus for an object that is ready. */
const READY_WORDS: ReadonlySet<unknown> = new Set(["Healthy", "Current"]);

/** How the verdicts that rest on one sign compare. */
interface Counts {
  rows: number;
  agreeing: number;
  tooEarly: number;
  tooLate: number;
}

/** Reads the arguments; undefined if they cannot be used. */
function readArguments(): { file: string; rows: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { rows: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) return undefined;
    return { file, rows: values.rows };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const given = readArguments();

function noCounts(): Counts {
  return { rows: 0, agreeing: 0, tooEarly: 0, tooLate: 0 };
}

/** Whether a row agrees, and if not, in which direction. */
function comparison(
  { state }: SignedVerdict,
  { expected }: CorpusRow,
): "agreeing" | "tooEarly" | "tooLate" {
  const isReady = state === "ready";
  if (isReady === READY_WORDS.has(expected)) return "agreeing";
  return isReady ? "tooEarly" : "tooLate";
}

function printCounts(name: string, counts: Counts): void {
  const share = (count: number) =>
    counts.rows === 0
      ? String(count)
      : `${count} (${(100 * count / counts.rows).toFixed(1)} %)`;
  print(row(
    name,
    String(counts.rows),
    share(counts.agreeing),
    share(counts.tooEarly),
    share(counts.tooLate),
  ));
}

function compareReadiness(rows: readonly CorpusRow[]): void {
  const bySign = new Map<string, Counts>();
  const judged = noCounts();
  const unjudged = new Map<string, number>();
  for (const one of rows) {
    const verdict = readyVerdict(one.object, { noSign: "wait" });
    if (verdict.sign === "none") {
      const word = String(one.expected);
      unjudged.set(word, (unjudged.get(word) ?? 0) + 1);
      continue;
    }
    const how = comparison(verdict, one);
    const counts = bySign.get(verdict.sign) ?? noCounts();
    bySign.set(verdict.sign, counts);
    for (const each of [counts, judged]) {
      each.rows++;
      each[how]++;
    }
    if (given?.rows && how !== "agreeing") {
      print(`${how}: ${one.name}: ${one.expected}; ${verdict.why}`);
    }
  }
  print(row("sign", "rows", "agreeing", "too early", "too late"));
  for (const [sign, counts] of bySign) printCounts(sign, counts);
  printCounts("all judged", judged);
  const words = [...unjudged].map(([word, count]) => `${count} ${word}`);
  print(`Without a sign: ${rows.length - judged.rows} (${words.join(", ")})`);
}

/** What our conditions make of a row of kubectl's. */
function ourRollout({ name, object }: CorpusRow): RolloutVerdict {
  const kind = /(Deployment|DaemonSet|StatefulSet)/.exec(name)?.[1];
  try {
    const { message, done } = rolloutStatus({ kind, ...object });
    return { msg: `${message}\n`, done, err: null };
  } catch (error) {
    return { msg: "", done: true, err: errorText(error) };
  }
}

function compareRollouts(rows: readonly CorpusRow[]): number {
  let agreeing = 0;
  for (const one of rows) {
    const [ours, theirs] = [ourRollout(one), one.expected].map((verdict) =>
      typeof verdict === "string"
        ? verdict
        : JSON.stringify([verdict.msg, verdict.done, verdict.err])
    );
    if (ours === theirs) agreeing++;
    else print(`${one.name}: ${ours}, expected ${theirs}`);
  }
  print(`${agreeing} of ${rows.length} rows agree with kubectl`);
  return agreeing === rows.length ? 0 : 1;
}

async function main(): Promise<number> {
  if (given === undefined) {
    print("Usage: deno task corpus FILE [--rows]");
    return 2;
  }
  // `deno task` changes to the root directory of the project.
  const path = resolve(Deno.env.get("INIT_CWD") ?? "", given.file);
  const rows = await readCorpus(path);
  if (rows.some(({ expected }) => typeof expected !== "string")) {
    return compareRollouts(rows);
  }
  compareReadiness(rows);
  return 0;
}

Deno.exit(await main());
