/**
 * Resolution of the objects that a command line selects.
 *
 * @module
 */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Selection } from "../../../cli/resources/selection.ts";
import { ResourceFinder } from "../../../cli/resources/resource_finder.ts";
import {
  checkNamespaces,
  findTargets,
  inputOf,
} from "../../../cli/resources/targets.ts";
import { UsageError } from "../../../cli/terminal/usage_error.ts";
import { FakeIo } from "../../support/cli_io.ts";

const PLACE = {
  namespace: "team",
  resources: new ResourceFinder(() => {
    throw new Error("unexpected request");
  }),
};

function find(resourceArguments: string, selection: Partial<Selection> = {}) {
  return findTargets({
    resourceArguments: resourceArguments.split(" ").map((argument) => {
      const [resource = "", name] = argument.split("/");
      return { resource, name };
    }),
    namespace: undefined,
    allNamespaces: false,
    labelSelector: undefined,
    fieldSelector: undefined,
    ...selection,
  }, PLACE);
}

Deno.test("findTargets() uses the namespace of the context", async () => {
  const [pod, node] = await find("pod/a node/b");
  assertEquals([pod?.namespace, pod?.name], ["team", "a"]);
  assertEquals([node?.namespace, node?.name], [undefined, "b"]);
});

Deno.test("findTargets() uses the namespace of the command line", async () => {
  const namespace = "shop";
  assertEquals((await find("pod/a", { namespace }))[0]?.namespace, "shop");
  const [all] = await find("pods", { namespace, allNamespaces: true });
  assertEquals(all?.namespace, undefined);
});

Deno.test("findTargets() passes selectors on", async () => {
  const selectors = { labelSelector: "a=b", fieldSelector: "c=d" };
  const [target] = await find("pods", selectors);
  assertEquals(target?.labelSelector, "a=b");
  assertEquals(target?.fieldSelector, "c=d");
});

Deno.test("findTargets() removes duplicates", async () => {
  const targets = await find("pod/a pods/a pod/b pod service pods");
  assertEquals(
    targets.map(({ resource, name }) => [resource.plural, name]),
    [["pods", "a"], ["pods", "b"], ["pods", undefined], [
      "services",
      undefined,
    ]],
  );
});

Deno.test("findTargets() throws if a name is combined with -A", async () => {
  const allNamespaces = true;
  await assertRejects(
    () => find("pod/a", { allNamespaces }),
    UsageError,
    "-A and a name (pod/a) are mutually exclusive",
  );
  assertEquals((await find("node/a", { allNamespaces })).length, 1);
});

Deno.test("checkNamespaces() throws if a built-in namespaced resource has a name with -A", () => {
  const check = (resource: string, name?: string, allNamespaces = true) =>
    checkNamespaces({
      resourceArguments: [{ resource, name }],
      namespace: undefined,
      allNamespaces,
      labelSelector: undefined,
      fieldSelector: undefined,
    });
  assertThrows(
    () => check("pods", "a"),
    UsageError,
    "-A and a name (pods/a) are mutually exclusive",
  );
  check("pods");
  check("node", "a");
  // Only the server knows what these are.
  check("po", "a");
  check("widgets", "a");
  check("pods", "a", false);
});

Deno.test('inputOf() reads standard input only for "-"', async () => {
  const io = new FakeIo();
  const { signal } = new AbortController();
  const read = (path: string, text?: string) => {
    const stdin = { read: () => Promise.resolve(text ?? "") };
    const given = text === undefined ? io : Object.assign(io, { stdin });
    return inputOf({ paths: [path], recursive: true }, { io: given, signal });
  };
  assertEquals(await read("a.yaml"), undefined);
  await assertRejects(
    () => read("-"),
    Error,
    "standard input is not available",
  );
  assertEquals(await read("-", "kind: Pod"), "kind: Pod");
});
