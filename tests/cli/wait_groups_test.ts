/**
 * Which objects are awaited over one watch.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Target } from "../../cli/resources/selection.ts";
import { groupTargets, splitGroup } from "../../cli/_wait_groups.ts";
import { resourceNamed } from "../support/cli_resources.ts";

function target(
  resource: string,
  namespace: string | undefined,
  parts: Partial<Target> = {},
): Target {
  return { resource: resourceNamed(resource), namespace, ...parts };
}

Deno.test("groupTargets() puts the names of a resource together", () => {
  const groups = groupTargets([
    target("pods", "a", { name: "x" }),
    target("deploy", "a", { name: "x" }),
    target("pods", "a", { name: "y" }),
    target("pods", "b", { name: "x" }),
    target("pods", "a", { name: "x" }),
    target("pods", "a", { labelSelector: "l=1" }),
    target("pods", "a", { labelSelector: "l=1" }),
  ]);
  assertEquals(
    groups.map(({ target, names }) => [
      target.resource.plural,
      target.namespace,
      target.name ?? target.labelSelector,
      names,
    ]),
    [
      ["pods", "a", undefined, ["x", "y"]],
      ["deployments", "a", "x", ["x"]],
      ["pods", "b", "x", ["x"]],
      ["pods", "a", "l=1", undefined],
      ["pods", "a", "l=1", undefined],
    ],
  );
});

Deno.test("splitGroup() makes a group for each name", () => {
  const [group] = groupTargets([
    target("nodes", undefined, { name: "x" }),
    target("nodes", undefined, { name: "y" }),
  ]);
  const parts = group === undefined ? [] : splitGroup(group);
  assertEquals(
    parts.map(({ target, names }) => [target.name, names]),
    [["x", ["x"]], ["y", ["y"]]],
  );
  assertEquals(parts.flatMap(splitGroup), []);
});
