/**
 * The random part of the differential script: requests drawn from a seed.
 *
 * @module
 */

import { SeededRandom } from "../../testing/_seeded_random.ts";
import {
  CONFIG_MAPS,
  configMap,
  widget,
  WIDGETS,
  WORDS,
} from "./_differential_objects.ts";
import {
  get,
  glance,
  jsonPatch,
  type Memory,
  merge,
  post,
  put,
  remove,
  send,
  type Step,
} from "./_differential_steps.ts";

const NAMES = ["r1", "r2", "r3", "r4"];
const FINALIZER = "example.com/random";

/** Draws numbers from a seed. */
export function drawFrom(seed: number): (below: number) => number {
  const random = new SeededRandom(seed);
  return (below) => random.upTo(below);
}

/** Creates random steps. */
export function randomSteps(seed: number, count: number): Step[] {
  const draw = drawFrom(seed);
  const written: string[] = [];
  const steps: Step[] = [];
  for (let index = 0; steps.length < count; index++) {
    const name = `random ${seed}/${index}`;
    steps.push(...randomStep(name, draw, written));
  }
  return steps;
}

/** Lets go of what the random steps have left. */
export const randomEnd: readonly Step[] = [CONFIG_MAPS, WIDGETS].flatMap(
  (path) =>
    NAMES.flatMap((name) => [
      send(
        `release ${path}/${name}`,
        merge(`${path}/${name}`, { metadata: { finalizers: null } }),
      ),
      send(`delete ${path}/${name}`, remove(`${path}/${name}`)),
    ]),
);

type Draw = (below: number) => number;

function pick<T>(draw: Draw, items: readonly [T, ...T[]]): T {
  return items[draw(items.length)] ?? items[0];
}

function randomStep(name: string, draw: Draw, written: string[]): Step[] {
  const isCustom = draw(2) === 0;
  const path = isCustom ? WIDGETS : CONFIG_MAPS;
  const object = pick(draw, ["r1", ...NAMES]);
  const item = `${path}/${object}`;
  switch (draw(12)) {
    case 0:
    case 1:
      written.push(name);
      return [send(name, post(path, created(draw, isCustom, object)))];
    case 2:
      written.push(name);
      return [send(name, put(item, created(draw, isCustom, object)))];
    case 3: {
      const basis = written[draw(written.length)] ?? name;
      return [send(name, (m) => put(item, replacement(m, basis)), WORDS)];
    }
    case 4:
    case 5:
      written.push(name);
      return [send(name, merge(item, patch(draw, isCustom)))];
    case 6:
      written.push(name);
      return [send(name, jsonPatch(item, operations(draw)))];
    case 7:
      return [send(name, remove(item, deletion(draw)))];
    case 8:
      return [send(name, get(item))];
    case 9:
      return [send(name, get(`${path}?${listOptions(draw)}`))];
    case 10: {
      const basis = written[draw(written.length)] ?? name;
      const limit = draw(2) === 0 ? "&limit=1" : "";
      const match = pick(draw, [
        "",
        "&resourceVersionMatch=Exact",
        "&resourceVersionMatch=NotOlderThan",
      ]);
      return [
        send(
          name,
          (m) => get(`${path}?${version(m, basis)}${match}${limit}`),
          { lenient: !match.endsWith("Exact") },
        ),
      ];
    }
    default: {
      const basis = written[draw(written.length)] ?? name;
      const labels = pick(draw, [
        "",
        "&labelSelector=l%3D1",
        "&labelSelector=l!%3D1",
      ]);
      return glance(
        name,
        (m) => get(`${path}?watch=1&${watchVersion(m, basis)}${labels}`),
      );
    }
  }
}

/** A version of an earlier answer; none if that was a refusal. */
function version(memory: Memory, basis: string): string {
  return `resourceVersion=${
    memory.value(basis, "metadata", "resourceVersion")
  }`;
}

/** A watch from no version would depend on what a cache has seen. */
function watchVersion(memory: Memory, basis: string): string {
  const known = memory.value(basis, "metadata", "resourceVersion");
  const first = memory.value("before random", "metadata", "resourceVersion");
  return `resourceVersion=${known === "" ? first : known}`;
}

function created(draw: Draw, isCustom: boolean, name: string): object {
  const metadata = {
    ...(draw(2) === 0 ? {} : { labels: { l: String(draw(3)) } }),
    ...(draw(4) === 0 ? { finalizers: [FINALIZER] } : {}),
  };
  const value = String(draw(3));
  return isCustom
    ? widget(name, { color: value, size: draw(3) }, metadata)
    : configMap(name, { value }, metadata);
}

function replacement(memory: Memory, basis: string): object {
  const object = memory.object(basis);
  return object.kind === "Status" ? {} : { ...object, extra: undefined };
}

function patch(draw: Draw, isCustom: boolean): object {
  const value = draw(3) === 0 ? null : String(draw(3));
  switch (draw(4)) {
    case 0:
      return { metadata: { labels: { l: value } } };
    case 1:
      return { metadata: { finalizers: draw(2) === 0 ? null : [FINALIZER] } };
    case 2:
      return { metadata: { annotations: { a: value } } };
    default:
      return isCustom ? { spec: { color: value } } : { data: { value } };
  }
}

function operations(draw: Draw): object[] {
  const value = String(draw(3));
  return draw(3) === 0
    ? [{ op: "add", path: "/metadata/annotations", value: { j: value } }]
    : [{ op: "add", path: "/metadata/labels", value: { l: value } }];
}

function deletion(draw: Draw): object | undefined {
  switch (draw(3)) {
    case 0:
      return undefined;
    case 1:
      return { propagationPolicy: pick(draw, ["Background", "Foreground"]) };
    default:
      return { gracePeriodSeconds: 0 };
  }
}

function listOptions(draw: Draw): string {
  return [
    pick(draw, [
      "",
      "labelSelector=l%3D1",
      "labelSelector=l",
      "labelSelector=!l",
    ]),
    pick(draw, [
      "",
      "fieldSelector=metadata.name%3Dr1",
      "fieldSelector=metadata.name!%3Dr1",
    ]),
    pick(draw, ["", "limit=1", "limit=2"]),
  ].filter((option) => option !== "").join("&");
}
