/**
 * A control plane on which objects are brought into states, and tables of what
 * conditions say about these.
 */

import { assertEquals } from "@std/assert";
import { rolloutStatus } from "../../conditions/_rollout_status.ts";
import {
  type Condition,
  type KubernetesObject,
  waitFor,
  type WaitForOptions,
} from "../../watch/mod.ts";
import { podNamed } from "./_changes.ts";
import type { JsonObject } from "../control_plane/json_client.ts";
import type { OurClient } from "./_our_client.ts";
import type { ControlPlane } from "../control_plane/control_plane.ts";

/** The path of the workloads API. */
export const apps = "/apis/apps/v1/namespaces/default";

/**
 * A state of an object, and the expected result of a condition: a description
 * of the state, the condition, the object from the server, whether the
 * condition is met (a string is the message of the error it throws), and the
 * explanation (only its start if it ends with an ellipsis).
 */
export type Judged = readonly [
  state: string,
  condition: Condition,
  object: unknown,
  verdict: boolean | string,
  explain: string,
];

/** A control plane on which objects are brought into states. */
export class Bench {
  /** The control plane. */
  readonly plane: ControlPlane;
  /** A client of this library. */
  readonly client: OurClient;

  /** Creates the bench; sends no request. */
  constructor(plane: ControlPlane, client: OurClient) {
    this.plane = plane;
    this.client = client;
  }

  /** Creates an object; returns the server's response. */
  async create(path: string, object: object): Promise<KubernetesObject> {
    return asObject(await this.plane.request("POST", path, object));
  }

  /** Changes an object; returns the server's response. */
  async patch(path: string, patch: object): Promise<KubernetesObject> {
    return asObject(await this.plane.request("PATCH", path, patch));
  }

  /** Waits until an object meets a condition, and returns it. */
  async reach(
    path: string,
    name: string,
    condition: Condition,
  ): Promise<KubernetesObject> {
    const [object] = await this.wait(path, condition, { name });
    return asObject(object);
  }

  /** Calls `waitFor` with a time limit. */
  wait(
    path: string,
    condition: Condition,
    options: WaitForOptions = {},
  ): Promise<KubernetesObject[]> {
    const source = this.client.listerWatcher(path);
    return waitFor(source, condition, { timeoutMs: 60_000, ...options });
  }

  /**
   * Compares what kubectl prints about a rollout with our status of the object.
   */
  async compareRollout(resource: string): Promise<void> {
    const args = ["rollout", "status", resource, "--watch=false"];
    const { stdout, stderr } = await this.plane.kubectl(args);
    const object = await this.plane.request("GET", `${apps}/${resource}`);
    let ours: string;
    try {
      ours = rolloutStatus(object).message;
    } catch (error) {
      ours = `error: ${error instanceof Error ? error.message : error}`;
    }
    assertEquals(ours, (stdout + stderr).trim(), resource);
  }
}

/**
 * Asserts that a value is an object of the API.
 *
 * @param value The value.
 * @returns The value.
 */
function asObject(value: unknown): KubernetesObject {
  if (isObject(value)) return value;
  throw new TypeError(`Not an object of the API: ${JSON.stringify(value)}`);
}

function isObject(value: unknown): value is KubernetesObject {
  return typeof value === "object" && value !== null && "metadata" in value;
}

/** Asserts that the condition in each row has the expected result. */
export function judge(rows: readonly Judged[]): void {
  for (const [state, condition, object, verdict, explain] of rows) {
    const judged = asObject(object);
    const label = `${state}: ${JSON.stringify(object)}`;
    assertEquals(verdictOf(condition, judged), verdict, label);
    const how = condition.explain(judged);
    const isOpen = explain.endsWith("…");
    const expected = isOpen ? explain.slice(0, -1) : explain;
    assertEquals(isOpen ? how.slice(0, expected.length) : how, expected, label);
  }
}

function verdictOf(
  condition: Condition,
  object: KubernetesObject,
): boolean | string {
  try {
    return condition(object);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A node selector that matches no node. */
export const nowhere = { nodeSelector: { "example.com/nowhere": "true" } };

/**
 * Creates a workload: a Deployment, a StatefulSet or a DaemonSet.
 *
 * @param name The name.
 * @param spec Additional fields of its specification.
 * @param pod Additional fields of the specification of its pods.
 * @returns The workload.
 */
export function workload(
  name: string,
  spec: object = {},
  pod: object = {},
): JsonObject {
  const labels = { app: name };
  const { spec: plain } = podNamed(name);
  return {
    metadata: { name, labels },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: Object.assign({}, plain, pod) },
      ...spec,
    },
  };
}

/** Returns a change that causes a new rollout of a workload. */
export function newTemplate(version: string, pod: object = {}): object {
  return {
    template: { metadata: { annotations: { version } }, spec: pod },
  };
}
