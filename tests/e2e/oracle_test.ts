import { assertEquals, assertStringIncludes } from "@std/assert";
import { findBinary } from "../control_plane/binaries.ts";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { Oracle, type OracleLine } from "../control_plane/oracle.ts";
import { e2eTest } from "./suite.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";

async function write(
  plane: ControlPlane,
  method: "POST" | "PATCH" | "DELETE",
  name: string,
  data?: Record<string, string>,
): Promise<string> {
  const path = method === "POST" ? configMaps : `${configMaps}/${name}`;
  const body = method === "DELETE" ? undefined : { metadata: { name }, data };
  const answer = await plane.request(method, path, body);
  return answer.metadata?.resourceVersion ?? "";
}

function events(lines: readonly OracleLine[]): string[] {
  return lines.filter((line) => line.type !== undefined)
    .map((line) => `${line.type} ${line.name}`);
}

e2eTest("oracle retrywatcher prints the events from a version on", async () => {
  await using plane = await ControlPlane.start();
  const start = await write(plane, "POST", "a");
  await write(plane, "PATCH", "a", { step: "1" });
  await write(plane, "DELETE", "a");
  await using oracle = await Oracle.start(plane.client(), [
    "retrywatcher",
    "--namespace=default",
    `--resource-version=${start}`,
    "--stop-after=2",
  ]);
  const lines = await oracle.finished();
  assertEquals(events(lines), ["MODIFIED a", "DELETED a"]);
  const end = lines.at(-1);
  assertEquals([end?.done, end?.events, end?.watches], [true, 2, 1]);
});

e2eTest("oracle retrywatcher reports a 403 as an event", async () => {
  await using plane = await ControlPlane.start({ users: [{ name: "alice" }] });
  await using oracle = await Oracle.start(plane.client("alice"), [
    "retrywatcher",
    "--resource-version=1",
  ]);
  const [request, event] = await oracle.finished();
  assertEquals([request?.watch, request?.reason], [1, "Forbidden"]);
  assertEquals([event?.type, event?.code, event?.reason], [
    "ERROR",
    403,
    "Forbidden",
  ]);
});

e2eTest("oracle until ends with the event that met its condition", async () => {
  await using plane = await ControlPlane.start();
  const start = await write(plane, "POST", "a");
  await using oracle = await Oracle.start(plane.client(), [
    "until",
    `--resource-version=${start}`,
    "--name=a",
    "--condition=data:step=2",
    "--timeout=20s",
  ]);
  await oracle.waitFor("a watch", (line) => line.watch === 1);
  await write(plane, "PATCH", "a", { step: "1" });
  const met = await write(plane, "PATCH", "a", { step: "2" });
  const line = await oracle.waitFor("its end", (line) => line.met === true);
  assertEquals([line.type, line.resourceVersion], ["MODIFIED", met]);
});

e2eTest("oracle until fails at its timeout", async () => {
  await using plane = await ControlPlane.start();
  const start = await write(plane, "POST", "a");
  await using oracle = await Oracle.start(plane.client(), [
    "until",
    `--resource-version=${start}`,
    "--condition=deleted",
    "--timeout=1s",
  ]);
  const lines = await oracle.finished();
  const failure = lines.find((line) => line.failed === true);
  assertEquals(failure?.message, "timed out waiting for the condition");
});

e2eTest("oracle until --stdin waits concurrently", async () => {
  await using plane = await ControlPlane.start();
  await using oracle = await Oracle.start(plane.client(), ["until", "--stdin"]);
  const names = ["a", "b", "c"];
  for (const name of names) {
    const resourceVersion = await write(plane, "POST", name);
    const condition = "data:step=1";
    await oracle.ask({ id: name, name, resourceVersion, condition });
  }
  for (const name of names) {
    await oracle.waitFor("a watch", (line) => line.id === name);
    await write(plane, "PATCH", name, { step: "1" });
    const met = await oracle.waitFor(
      "its end",
      (line) => line.id === name && line.met === true,
    );
    assertEquals(met.name, name);
  }
});

e2eTest(
  "oracle untilwithsync accepts an existing object as a precondition",
  async () => {
    await using plane = await ControlPlane.start();
    await write(plane, "POST", "a", { step: "1" });
    await using oracle = await Oracle.start(plane.client(), [
      "untilwithsync",
      "--name=a",
      "--condition=data:step=1",
      "--precondition",
    ]);
    const lines = await oracle.finished();
    const met = lines.find((line) => line.met === true);
    assertEquals([met?.met, met?.type], [true, undefined]);
  },
);

e2eTest(
  "oracle untilwithsync ends with the event that met its condition",
  async () => {
    await using plane = await ControlPlane.start();
    await using oracle = await Oracle.start(plane.client(), [
      "untilwithsync",
      "--name=a",
      "--condition=label:ready=yes",
    ]);
    await write(plane, "POST", "a");
    await plane.request("PATCH", `${configMaps}/a`, {
      metadata: { labels: { ready: "yes" } },
    });
    const met = await oracle.waitFor("its end", (line) => line.met === true);
    assertEquals(met.name, "a");
  },
);

e2eTest(
  "oracle informer prints its events, and its store at the end",
  async () => {
    await using plane = await ControlPlane.start();
    await write(plane, "POST", "a");
    await using oracle = await Oracle.start(plane.client(), [
      "informer",
      "--namespace=default",
    ]);
    await oracle.waitFor("the sync", (line) => line.synced === true);
    const version = await write(plane, "POST", "b");
    await write(plane, "DELETE", "a");
    await oracle.waitFor("the event", (line) => line.type === "DELETED");
    const lines = await oracle.stop();
    assertEquals(events(lines), ["ADDED a", "ADDED b", "DELETED a"]);
    const store = lines.find((line) => line.store !== undefined)?.store ?? [];
    assertEquals(
      store.map((object) => [object.name, object.resourceVersion]),
      [["b", version]],
    );
    assertEquals(lines.at(-1)?.done, true);
  },
);

e2eTest("oracle exits when its standard input closes", async () => {
  await using plane = await ControlPlane.start();
  const { server, token, caFile } = plane.client();
  const child = new Deno.Command(await findBinary("oracle"), {
    args: [
      "informer",
      `--server=${server}`,
      `--token=${token}`,
      `--ca-file=${caFile}`,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await child.stdin.close();
  const output = await child.output();
  assertEquals(output.code, 0);
  const lines = new TextDecoder().decode(output.stdout).trim().split("\n");
  assertStringIncludes(lines.at(-1) ?? "", '"done":true');
});

e2eTest("oracle reports an invalid command line", async () => {
  const program = await findBinary("oracle");
  const cases = [
    [[], "name a command"],
    [["wait"], 'unknown command "wait"'],
    [["until"], "--server is missing"],
    [["until", "--server=x", "rest"], 'unexpected argument "rest"'],
  ] as const;
  for (const [args, message] of cases) {
    const output = await new Deno.Command(program, { args: [...args] })
      .output();
    assertEquals(output.code, 2);
    const text = new TextDecoder().decode(output.stderr);
    assertStringIncludes(text, `error: ${message}`);
  }
});
