// The warning before a runtime's limit on open requests starves the others.

import { assert, assertEquals } from "@std/assert";
import { OpenRequests, runtimeLimit } from "../../rest/_request_limit.ts";

function counted(count: number, perHost: boolean) {
  const warnings: string[] = [];
  const requests = new OpenRequests(
    () => ({ count, perHost, explanation: "do that" }),
    (message) => warnings.push(message),
  );
  return { requests, warnings };
}

Deno.test("OpenRequests warns once when the limit is reached", () => {
  const { requests, warnings } = counted(3, false);
  requests.add("http://a/");
  requests.add("http://b/");
  assertEquals(warnings, []);
  requests.add("http://a/");
  requests.add("http://a/");
  assertEquals(warnings.length, 1);
  assert(warnings[0]?.includes("3 requests"));
  assert(warnings[0]?.endsWith("do that"));
});

Deno.test("OpenRequests does not count requests that are over", () => {
  const { requests, warnings } = counted(2, false);
  for (let index = 0; index < 5; index++) requests.add("http://a/")();
  assertEquals(warnings, []);
});

Deno.test("OpenRequests counts each host by itself where the limit is per host", () => {
  const { requests, warnings } = counted(2, true);
  requests.add("http://a:1/x");
  requests.add("http://a:2/x");
  assertEquals(warnings, []);
  requests.add("http://a:1/y");
  assert(warnings[0]?.includes("2 requests to a:1"));
});

Deno.test("runtimeLimit() knows of no limit on Deno", () => {
  assertEquals(runtimeLimit("http://127.0.0.1/"), undefined);
});
