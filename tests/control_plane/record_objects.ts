/**
 * Records what a real kube-apiserver sends of many kinds of objects, byte by
 * byte: lists, and the lines of watches. `tests/rest/recorded_test.ts` holds the
 * decoders to them.
 *
 * Run it to record them again:
 * `deno run -A tests/control_plane/record_objects.ts`
 *
 * Only objects that are created here are recorded, no Secret among them.
 *
 * @module
 */

import { ControlPlane } from "./control_plane.ts";
import { recordedManifests } from "./_recorded_manifests.ts";

/** Where the records are. */
const DIRECTORY = new URL("../rest/recorded/", import.meta.url);

const NAMESPACE = "recorded";

/** All that is created has this label, and nothing else does. */
const LABEL = "labelSelector=recorded%3Dyes";

const NAMESPACED = [
  ["api/v1", "pods"],
  ["api/v1", "configmaps"],
  ["api/v1", "services"],
  ["api/v1", "persistentvolumeclaims"],
  ["apis/apps/v1", "deployments"],
  ["apis/apps/v1", "replicasets"],
  ["apis/apps/v1", "statefulsets"],
  ["apis/batch/v1", "jobs"],
  ["apis/batch/v1", "cronjobs"],
  ["apis/autoscaling/v2", "horizontalpodautoscalers"],
  ["apis/networking.k8s.io/v1", "ingresses"],
  ["apis/discovery.k8s.io/v1", "endpointslices"],
  ["apis/coordination.k8s.io/v1", "leases"],
  ["apis/rbac.authorization.k8s.io/v1", "roles"],
  ["apis/recorded.example/v1", "widgets"],
] as const;

const PATHS = [
  ...NAMESPACED.map(([group, plural]) =>
    `/${group}/namespaces/${NAMESPACE}/${plural}?${LABEL}`
  ),
  `/apis/apiextensions.k8s.io/v1/customresourcedefinitions?${LABEL}`,
  `/api/v1/namespaces?${LABEL}`,
  "/api/v1/nodes?",
];

const CONFIG_MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;

const METADATA_ONLY =
  "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

const METADATA_LIST_ONLY =
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

const WATCH_LIST = "watch=1&sendInitialEvents=true&allowWatchBookmarks=true" +
  "&resourceVersionMatch=NotOlderThan&timeoutSeconds=30";

async function main(): Promise<void> {
  await using plane = await ControlPlane.start({ workloads: true });
  await create(plane);
  const recorder = new Recorder(plane);
  const lists: string[] = [];
  const events: string[] = [];
  for (const path of PATHS) {
    lists.push(await recorder.body(path));
    events.push(...await recorder.initialEvents(path));
  }
  const configMaps = `${CONFIG_MAPS}?${LABEL}`;
  lists.push(
    await recorder.body(`${configMaps}&limit=1`),
    await recorder.body(configMaps, METADATA_LIST_ONLY),
    await recorder.body("/api/v1/namespaces/nowhere/configmaps"),
  );
  events.push(
    ...await recorder.initialEvents(configMaps, METADATA_ONLY),
    ...await recorder.changes(),
    await recorder.expired(),
  );
  await Deno.mkdir(DIRECTORY, { recursive: true });
  await write("lists.jsonl", lists);
  await write("events.jsonl", events);
}

async function write(name: string, lines: readonly string[]): Promise<void> {
  const text = lines.map((line) => `${line}\n`).join("");
  await Deno.writeTextFile(new URL(name, DIRECTORY), text);
}

/** With kubectl, which keeps each manifest as JSON in an annotation. */
async function create(plane: ControlPlane): Promise<void> {
  for (const [step, manifests] of recordedManifests(NAMESPACE).entries()) {
    const file = `${plane.directory}/manifests-${step}.json`;
    const list = { apiVersion: "v1", kind: "List", items: manifests };
    await Deno.writeTextFile(file, JSON.stringify(list));
    await kubectl(plane, ["apply", `--filename=${file}`]);
    await kubectl(plane, [
      "wait",
      "crd/widgets.recorded.example",
      "--for=condition=Established",
    ]);
  }
  await kubectl(plane, [
    "wait",
    "deployment/web",
    "statefulset/store",
    `--namespace=${NAMESPACE}`,
    "--for=jsonpath={.status.availableReplicas}=1",
    "--timeout=120s",
  ]);
}

async function kubectl(
  plane: ControlPlane,
  args: readonly string[],
): Promise<void> {
  const { code, stderr } = await plane.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args[0]} failed: ${stderr}`);
}

/** Reads bodies as they come, which no client of the project touches. */
class Recorder {
  readonly #plane: ControlPlane;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
  }

  /** The body of a list. */
  async body(path: string, accept = "application/json"): Promise<string> {
    const lines = await Array.fromAsync(this.#lines(path, accept));
    return lines.join("\n");
  }

  /** The lines of a watch up to the end of its initial events. */
  async initialEvents(path: string, accept?: string): Promise<string[]> {
    const lines: string[] = [];
    for await (const line of this.#lines(`${path}&${WATCH_LIST}`, accept)) {
      lines.push(line);
      if (line.includes('"k8s.io/initial-events-end"')) break;
    }
    return lines;
  }

  /** The lines about an object that is changed, and deleted. */
  async changes(): Promise<string[]> {
    const { metadata } = await this.#plane.request("GET", CONFIG_MAPS);
    const query =
      `${LABEL}&watch=1&resourceVersion=${metadata?.resourceVersion}`;
    const path = `${CONFIG_MAPS}/plain`;
    await this.#plane.request("PATCH", path, { data: { step: "2" } });
    await this.#plane.request("PATCH", path, {
      metadata: { finalizers: ["recorded.example/kept"] },
    });
    await this.#plane.request("DELETE", path);
    await this.#plane.request("PATCH", path, { metadata: { finalizers: [] } });
    const lines: string[] = [];
    for await (const line of this.#lines(`${CONFIG_MAPS}?${query}`)) {
      lines.push(line);
      if (line.startsWith('{"type":"DELETED"')) break;
    }
    return lines;
  }

  /** The ERROR event for a version that is not there any more. */
  async expired(): Promise<string> {
    await this.#plane.compactEtcd();
    await this.#plane.restartApiserver();
    const path = `${CONFIG_MAPS}?watch=1&resourceVersion=1`;
    for await (const line of this.#lines(path)) return line;
    throw new Error("The watch of an expired version sent nothing");
  }

  async *#lines(
    path: string,
    accept = "application/json",
  ): AsyncGenerator<string> {
    const { server, token, caFile } = this.#plane.client();
    const caCerts = [await Deno.readTextFile(caFile)];
    using client = Deno.createHttpClient({ caCerts, http2: false });
    const response = await fetch(`${server}${path}`, {
      client,
      headers: {
        accept,
        authorization: `Bearer ${token}`,
        "accept-encoding": "identity",
      },
    });
    if (!response.ok || response.body === null) {
      throw new Error(`${path} was answered ${response.status}`);
    }
    let rest = "";
    for await (
      const text of response.body.pipeThrough(new TextDecoderStream())
    ) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") yield rest;
  }
}

if (import.meta.main) await main();
