/**
 * Integers beyond 2^53, which the commands print and compare with the digits
 * that the server sent.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { FakeIo } from "../support/cli_io.ts";
import { CliStage } from "../support/cli_stage.ts";

const LARGE = "9007199254740993";

/** A ConfigMap as JSON: an object literal would round the integer. */
const OBJECT =
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default","resourceVersion":"7"},"size":${LARGE},"parts":[{"id":${LARGE},"name":"x"}]}`;

/** A server whose first list has the object. */
async function serve(): Promise<CliStage> {
  const stage = await CliStage.set();
  stage.server.failNext({
    status: 200,
    body:
      `{"apiVersion":"v1","kind":"ConfigMapList","metadata":{"resourceVersion":"7"},"items":[${OBJECT}]}`,
  });
  return stage;
}

/** An output format, and a line of it. */
const OUTPUTS: readonly [string, string][] = [
  ["json", `    "size": ${LARGE}`],
  ["yaml", `size: ${LARGE}`],
  ["jsonpath={.size}", LARGE],
  ["jsonpath={.parts}", `[{"id":${LARGE},"name":"x"}]`],
  ["jsonpath-as-json={.size}", `    ${LARGE}`],
  [`jsonpath={.parts[?(@.id>9007199254740992)].name}`, "x"],
  [`jsonpath={.parts[?(@.id==${LARGE})].name}`, "x"],
];

Deno.test("wait prints large integers with the digits that were sent", async () => {
  for (const [output, line] of OUTPUTS) {
    await using stage = await serve();
    const io = new FakeIo();
    const args = `wait configmap/a --for=create -o ${output}`;
    assertEquals((await stage.start(args, io)).code, 0, output);
    assertEquals(io.stdout.text.split("\n").includes(line), true, output);
  }
});

Deno.test("wait compares large integers digit by digit", async () => {
  for (
    const [value, code] of [[LARGE, 0], ["9007199254740992", 1]] as const
  ) {
    await using stage = await serve();
    const goal = `--for=jsonpath={.size}=${value} --timeout=0`;
    const outcome = await stage.start(`wait configmap/a ${goal}`);
    assertEquals(outcome.code, code, value);
  }
});

Deno.test("watch prints large integers with the digits that were sent", async () => {
  await using stage = await serve();
  stage.server.failNext({
    status: 200,
    body: `{"type":"MODIFIED","object":${OBJECT.replace('"7"', '"8"')}}\n`,
    match: ({ query }) => query.watch === "true",
  });
  const io = new FakeIo();
  const watching = stage.start(
    "watch configmaps -o json --output-watch-events",
    io,
  );
  await io.stdout.wrote("MODIFIED");
  io.interrupt("SIGINT");
  await watching;
  const [added, modified] = io.stdout.lines;
  assertStringIncludes(added ?? "", `"size":${LARGE}`);
  assertStringIncludes(modified ?? "", `"id":${LARGE}`);
});
