/**
 * The simulated rollout of the embedded server.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { FakeApiServer } from "../../testing/fake_api_server.ts";
import { Rollout } from "../../cli/_demo_rollout.ts";
import { summary } from "../../cli/printers/summary.ts";
import { isConditionTrue } from "../../conditions/status_conditions.ts";

const DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments/web";
const PODS = "/api/v1/namespaces/default/pods";

const available = isConditionTrue("Available");

Deno.test("Rollout becomes available with its last replica", async () => {
  await using server = new FakeApiServer();
  const rollout = new Rollout(server);
  const states: [boolean, string][] = [];
  const look = () => {
    const object = server.get(DEPLOYMENT);
    states.push([
      available(object),
      available.explain(object),
    ]);
  };
  look();
  rollout.observe();
  look();
  for (let pods = 1; pods <= 4; pods++) {
    rollout.podReady();
    look();
  }
  const missing = (ready: number) =>
    `Available=False: ${ready} of 3 replicas available (MinimumReplicasUnavailable)`;
  const complete: [boolean, string] = [
    true,
    "Available=True: 3 of 3 replicas available (MinimumReplicasAvailable)",
  ];
  assertEquals(states, [
    [false, "no condition Available"],
    [false, missing(0)],
    [false, missing(1)],
    [false, missing(2)],
    complete,
    complete,
  ]);
});

Deno.test("Rollout starts its pods one after the other", async () => {
  await using server = new FakeApiServer();
  const rollout = new Rollout(server);
  const look = async () => {
    const response = await server.fetch(`http://fake${PODS}`);
    const { items } = await response.json();
    return items.map(summary);
  };
  assertEquals(await look(), ["Pending", "Pending", "Pending"]);
  rollout.observe();
  rollout.podReady();
  assertEquals(await look(), [
    "Running 1/1",
    "ContainerCreating 0/1",
    "ContainerCreating 0/1",
  ]);
});
