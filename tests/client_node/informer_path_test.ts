import { assertEquals } from "@std/assert";
import { informerPath } from "../../client_node/_informer_path.ts";

const PODS = "/api/v1/pods";
const NONE = {
  path: PODS,
  labelSelector: undefined,
  fieldSelector: undefined,
  shardSelector: undefined,
};

const CASES: [text: string, labelSelector: string | undefined, object][] = [
  [PODS, undefined, NONE],
  [PODS, "app=web", { ...NONE, labelSelector: "app=web" }],
  [`${PODS}?`, undefined, NONE],
  [`${PODS}?fieldSelector=spec.nodeName%3Da`, undefined, {
    ...NONE,
    fieldSelector: "spec.nodeName=a",
  }],
  [`${PODS}?labelSelector=a&shardSelector=b?c&watch=1`, undefined, {
    ...NONE,
    labelSelector: "a",
    shardSelector: "b?c",
  }],
  [`${PODS}?labelSelector=a`, "b", { ...NONE, labelSelector: "b" }],
];

for (const [text, labelSelector, expected] of CASES) {
  Deno.test(`informerPath() parses ${text} with the label selector ${labelSelector}`, () => {
    assertEquals(informerPath(text, labelSelector), { ...NONE, ...expected });
  });
}
