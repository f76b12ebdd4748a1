/**
 * Objects as YAML. The expected output is that of `kubectl` v1.36.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { toYaml } from "../../../cli/printers/yaml.ts";

/** A string, and its YAML as the value of a key that is indented by two. */
const TEXTS: readonly [string, string][] = [
  ["", '""'],
  ["yes", '"yes"'],
  ["123", '"123"'],
  ["1e3", '"1e3"'],
  ["0x1F", '"0x1F"'],
  ["2020-01-01", '"2020-01-01"'],
  ["~", '"~"'],
  ["1:30", '"1:30"'],
  ["1_000", '"1_000"'],
  ["0o17", '"0o17"'],
  [".5", '".5"'],
  ["-.inf", '"-.inf"'],
  ["<<", "<<"],
  ["=", "="],
  ["08", '"08"'],
  ["+1", '"+1"'],
  ["1.2.3", "1.2.3"],
  ["2020-01-01T10:00:00Z", '"2020-01-01T10:00:00Z"'],
  ["2020-1-1 10:00:00", '"2020-1-1 10:00:00"'],
  [" x", "' x'"],
  ["x ", "'x '"],
  ["a: b", "'a: b'"],
  ["a:b", "a:b"],
  ["#z", "'#z'"],
  ["a #b", "'a #b'"],
  ["- y", "'- y'"],
  ["-y", "-y"],
  ["it's", "it's"],
  ["'q'", "'''q'''"],
  ['say "hi"', 'say "hi"'],
  ["tab\there", '"tab\\there"'],
  ["\ud83d\ude00", '"\\U0001F600"'],
  ["\u00e9", "\u00e9"],
  ["[x]", "'[x]'"],
  ["a,b", "a,b"],
  ["@x", "'@x'"],
  ["`x", "'`x'"],
  ["%x", "'%x'"],
  ["?x", "?x"],
  ["? x", "'? x'"],
  ["a:", "'a:'"],
  ["---", "'---'"],
  ["--x", "--x"],
  ["*x", "'*x'"],
  ["!x", "'!x'"],
  ["\\n", "\\n"],
  ["\u00a0x", "\u00a0x"],
  ["x: 'y'", "'x: ''y'''"],
  ["&a", "'&a'"],
  ["|", "'|'"],
  [">x", "'>x'"],
  ["...x", "'...x'"],
  ["l1\nl2\n", "|\n    l1\n    l2"],
  ["l1\nl2", "|-\n    l1\n    l2"],
  ["l1\n\n", "|+\n    l1\n"],
  ["\n", "|2+\n"],
  [" l1\nl2", "|2-\n     l1\n    l2"],
  ["l1 \nl2", '"l1 \\nl2"'],
  ["l1\n l2", "|-\n    l1\n     l2"],
  ["l1\nl2 ", '"l1\\nl2 "'],
  ["\nl1", "|2-\n\n    l1"],
  ["a\tb\nc", '"a\\tb\\nc"'],
  [
    "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll mmmm nnnn oooo pppp qqqq rrrr ssss tttt uuuu vvvv wwww",
    "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll mmmm nnnn oooo pppp\n    qqqq rrrr ssss tttt uuuu vvvv wwww",
  ],
  [
    "aaaa: bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll mmmm nnnn oooo pppp qqqq rrrr ssss tttt it's uuuu vvvv wwww",
    "'aaaa: bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll mmmm nnnn oooo\n    pppp qqqq rrrr ssss tttt it''s uuuu vvvv wwww'",
  ],
  [
    "\taaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll mmmm nnnn oooo pppp qqqq  rrrr ssss  tttt uuuu vvvv wwww",
    '"\\taaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll mmmm nnnn oooo\n    pppp qqqq  rrrr ssss  tttt uuuu vvvv wwww"',
  ],
  [
    "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll mmmm nnnn oooo ppppppppppp  qqqq rrrr ssss tttt uuuu vvvv wwww",
    "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll mmmm nnnn oooo ppppppppppp  qqqq\n    rrrr ssss tttt uuuu vvvv wwww",
  ],
];

Deno.test("toYaml() quotes and folds strings as kubectl does", () => {
  for (const [text, written] of TEXTS) {
    assertEquals(toYaml({ a: { bb: text } }), `a:\n  bb: ${written}\n`, text);
  }
});

Deno.test("toYaml() orders keys as kubectl does", () => {
  const keys = ["1", "E4", "e-1", "e.2", "e_3", "e5", "e05", "e10", "true"];
  const shuffled = Object.fromEntries(keys.toReversed().map((key) => [key, 0]));
  const lines = toYaml(shuffled).trimEnd().split("\n");
  assertEquals(
    lines.map((line) => line.replace(/: 0$/, "").replaceAll('"', "")),
    keys,
  );
});

Deno.test("toYaml() formats lists, maps and empty values as kubectl does", () => {
  const value = {
    list: [{ b: 1, a: [true, null] }, [1, [2]], "x", {}, []],
    empty: {},
    none: [],
    big: 12345678901,
    float: 1.5,
    small: 0.00001,
  };
  assertEquals(
    toYaml(value),
    `big: 12345678901
empty: {}
float: 1.5
list:
- a:
  - true
  - null
  b: 1
- - 1
  - - 2
- x
- {}
- []
none: []
small: 1e-05
`,
  );
});

Deno.test("toYaml() puts long keys, and those of several lines, after a question mark as kubectl does", () => {
  const [most, long, wide] = ["k".repeat(128), "k".repeat(129), "é".repeat(65)];
  assertEquals(
    toYaml({
      spec: {
        "a\nb": 1,
        [most]: 1,
        [long]: { a: 1, b: [{ [long]: "x\ny" }] },
        [`${long}2`]: [1, { x: 2 }],
        [wide]: {},
      },
    }),
    `spec:
  ? |-
    a
    b
  : 1
  ${most}: 1
  ? ${long}
  : a: 1
    b:
    - ? ${long}
      : |-
        x
        y
  ? ${long}2
  : - 1
    - x: 2
  ? ${wide}
  : {}
`,
  );
});

/** As kubectl 1.36 prints what a kube-apiserver sends. */
const NUMBERS: [value: number | bigint, text: string][] = [
  [100000000, "100000000"],
  [9223372036854775807n, "9223372036854775807"],
  [9223372036854776000n, "9223372036854776000"],
  [18446744073709552000n, "1.8446744073709552e+19"],
  [-9223372036854776000n, "-9.223372036854776e+18"],
  [1e19, "10000000000000000000"],
  [1e20, "1e+20"],
  [1e21, "1e+21"],
  [123456.5, "123456.5"],
  [123456789.5, "1.234567895e+08"],
  [100000000.5, "1.000000005e+08"],
  [1e-7, "1e-07"],
  [-1.5, "-1.5"],
];

Deno.test("toYaml() formats numbers as kubectl does", () => {
  for (const [value, text] of NUMBERS) {
    assertEquals(toYaml({ value }), `value: ${text}\n`);
  }
});

Deno.test("toYaml() accepts a value that is not a map", () => {
  assertEquals(toYaml("x"), "x\n");
  assertEquals(toYaml([1]), "- 1\n");
});
