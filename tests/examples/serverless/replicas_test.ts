// Each change is sent once, by one of two replicas, with a fencing token.

import { assert, assertEquals } from "@std/assert";
import { RestListerWatcher } from "@watchtools/kube";
import { FakeApiServer } from "@watchtools/kube/testing";
import { FakeTime } from "@std/testing/time";
import { shareChanges } from "../../../examples/serverless/replicas.ts";
import { turn } from "../../support/wait_fakes.ts";

Deno.test("shareChanges() sends each change once, by one of two replicas", async () => {
  await using server = new FakeApiServer();
  using time = new FakeTime();
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      await turn();
      time.tick(50);
    }
    await turn();
  };
  const create = (name: string) =>
    void server.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "shop" },
    });
  const client = {
    server: "https://kubernetes.default.svc",
    fetch: server.fetch,
  };
  const pods = new RestListerWatcher({ ...client, path: "/api/v1/pods" });
  const sent: string[] = [];
  const tokens: number[] = [];
  const lines: string[] = [];
  const abort = new AbortController();
  const start = (replica: string, signal?: AbortSignal) =>
    shareChanges(pods, {
      client,
      name: "jobs/pod-changes",
      signal,
      send: async (body, headers) => {
        const { type, name } = Object(body);
        sent.push(`${type} ${name}`);
        tokens.push(Number(new Headers(headers).get("Fencing-Token")));
        await Promise.resolve();
      },
      log: (line) => void lines.push(`${replica} ${line}`),
    });

  const a = start("a", abort.signal);
  const b = start("b");
  for (const name of ["web", "api", "db"]) create(name);
  await pass(5_000);
  assertEquals(sent.sort(), ["ADDED api", "ADDED db", "ADDED web"]);
  assert(lines.includes("a holds 6 of 12 shards"));
  assert(lines.includes("b holds 6 of 12 shards"));

  abort.abort();
  await pass(1_000);
  await a.done;
  assertEquals(lines.at(-1), "b holds 12 of 12 shards");
  create("cache");
  await pass(1_000);
  assertEquals(sent.length, 4);
  assert(tokens.every((token) => Number.isInteger(token) && token >= 0));

  b.stop();
  await pass(1_000);
  await b.done;
});
