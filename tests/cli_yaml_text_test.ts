/**
 * Objects as YAML. What is expected was printed by `kubectl`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { yamlText } from "../cli/_yaml_text.ts";

Deno.test("yamlText() writes what kubectl writes", () => {
  const data = {
    b: "12",
    a: "true",
    d: "multi\nline\n",
    e: "multi\nno end",
    f: "",
    g: " lead",
    h: `it's "q"`,
    i: "2024-05-01T12:00:00Z",
    k: "~",
    n: "a # b",
    s: "tab\there",
    v: "@at",
    y: "trail  \nx",
    z: "1:20",
    z5: "-",
  };
  const args = ["-c", "true"];
  assertEquals(
    yamlText({ kind: "ConfigMap", data, spec: { args, none: [], of: {} } }),
    `data:
  a: "true"
  b: "12"
  d: |
    multi
    line
  e: |-
    multi
    no end
  f: ""
  g: ' lead'
  h: it's "q"
  i: "2024-05-01T12:00:00Z"
  k: "~"
  "n": 'a # b'
  s: "tab\\there"
  v: '@at'
  "y": "trail  \\nx"
  z: "1:20"
  z5: '-'
kind: ConfigMap
spec:
  args:
  - -c
  - "true"
  none: []
  of: {}
`,
  );
});
