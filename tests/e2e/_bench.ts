/**
 * A control plane whose objects are brought to states, and tables of what
 * conditions say about them.
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

/** Where what makes pods is. */
export const apps = "/apis/apps/v1/namespaces/default";

/**
 * One state of an object, and what is expected of a condition on it: what is
 * special about the state, the condition, the object as the server gave it,
 * whether it is met (a text is what the condition throws), and how the
 * explanation begins (all of it unless it ends in an ellipsis).
 */
export type Judged = readonly [
  state: string,
  condition: Condition,
  object: unknown,
  verdict: boolean | string,
  explain: string,
];

/** A control plane whose objects are brought to states. */
export class Bench {
  /** The control plane. */
  readonly plane: ControlPlane;
  /** This library as a client of it. */
  readonly client: OurClient;

  /** Asks for nothing yet. */
  constructor(plane: ControlPlane, client: OurClient) {
    this.plane = plane;
    this.client = client;
  }

  /** Creates an object; gives what the server answers. */
  async create(path: string, object: object): Promise<KubernetesObject> {
    return asObject(await this.plane.request("POST", path, object));
  }

  /** Changes an object; gives what the server answers. */
  async patch(path: string, patch: object): Promise<KubernetesObject> {
    return asObject(await this.plane.request("PATCH", path, patch));
  }

  /** The object once it meets a condition. */
  async reach(
    path: string,
    name: string,
    condition: Condition,
  ): Promise<KubernetesObject> {
    const [object] = await this.wait(path, condition, { name });
    return asObject(object);
  }

  /** What `waitFor` gives within a minute. */
  wait(
    path: string,
    condition: Condition,
    options: WaitForOptions = {},
  ): Promise<KubernetesObject[]> {
    const source = this.client.listerWatcher(path);
    return waitFor(source, condition, { timeoutMs: 60_000, ...options });
  }

  /** What kubectl says of a rollout, and what is said here of the object. */
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
 * What came from the server as an object.
 *
 * @param value What came.
 * @returns The same.
 */
function asObject(value: unknown): KubernetesObject {
  if (isObject(value)) return value;
  throw new TypeError(`Not an object of the API: ${JSON.stringify(value)}`);
}

function isObject(value: unknown): value is KubernetesObject {
  return typeof value === "object" && value !== null && "metadata" in value;
}

/** Holds each row against what is expected. */
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

/** Where no node is. */
export const nowhere = { nodeSelector: { "example.com/nowhere": "true" } };

/**
 * What makes pods: a Deployment, a StatefulSet or a DaemonSet.
 *
 * @param name Its name.
 * @param spec What its specification says besides.
 * @param pod What the specification of its pods says besides.
 * @returns It.
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

/** A change of the pods of a workload that rolls them out anew. */
export function newTemplate(version: string, pod: object = {}): object {
  return {
    template: { metadata: { annotations: { version } }, spec: pod },
  };
}
