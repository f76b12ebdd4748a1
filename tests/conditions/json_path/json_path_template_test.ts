// JSONPath templates compared with client-go's `jsonpath` package (v0.36.1):
// the expected texts and errors are what it produced for the same object.

import { assertEquals, assertThrows } from "@std/assert";
import { JsonPathTemplate } from "../../../conditions/json_path/template.ts";

const DATA: unknown = {
  "kind": "List",
  "apiVersion": "v1",
  "items": [
    {
      "kind": "None",
      "metadata": {
        "name": "127.0.0.1",
        "labels": {
          "kubernetes.io/hostname": "127.0.0.1",
        },
        "generation": 1,
      },
      "status": {
        "capacity": {
          "cpu": "4",
        },
        "ready": true,
        "addresses": [
          {
            "type": "LegacyHostIP",
            "address": "127.0.0.1",
          },
        ],
        "weight": 1.5,
      },
    },
    {
      "kind": "None",
      "metadata": {
        "name": "127.0.0.2",
        "labels": {
          "kubernetes.io/hostname": "127.0.0.2",
        },
        "generation": 7,
      },
      "status": {
        "capacity": {
          "cpu": "8",
        },
        "ready": false,
        "addresses": [
          {
            "type": "LegacyHostIP",
            "address": "127.0.0.2",
          },
          {
            "type": "another",
            "address": "127.0.0.3",
          },
        ],
        "weight": 2.25,
      },
    },
  ],
  "users": [
    {
      "name": "myself",
      "user": {},
    },
    {
      "name": "e2e",
      "user": {
        "username": "admin",
        "password": "secret",
      },
    },
  ],
  "numbers": [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
  ],
  "mixed": [
    1,
    "one",
    true,
    null,
    {
      "a": 1,
    },
    [
      2,
    ],
  ],
  "empty": [],
  "nothing": null,
  "text": "a<b>&c",
  "zero": 0,
  "big": 12345678901,
  "huge": 1e+21,
  "small": 1e-05,
  "third": 0.3333333333333333,
  "million": 1234567.5,
  "nested": {
    "b": 2,
    "a": {
      "z": [],
      "y": {},
    },
  },
  "quote's": "q",
  "dotted.key": "d",
  "under_score": "u",
  "dash-ed": "h",
  "größe": "groß",
  "single": {
    "only": {
      "deep": "x",
    },
  },
  "matrix": [
    [
      1,
      2,
    ],
    [
      3,
      4,
      5,
    ],
  ],
};

/** Templates, and the rendered text. */
const TEXTS: readonly [string, string][] = [
  ["{.kind}", "List"],
  ["{.items[0].metadata.name}", "127.0.0.1"],
  ["kind is {.kind}", "kind is List"],
  [
    "{}",
    '{"apiVersion":"v1","big":12345678901,"dash-ed":"h","dotted.key":"d","empty":[],"größe":"groß","huge":1e+21,"items":[{"kind":"None","metadata":{"generation":1,"labels":{"kubernetes.io/hostname":"127.0.0.1"},"name":"127.0.0.1"},"status":{"addresses":[{"address":"127.0.0.1","type":"LegacyHostIP"}],"capacity":{"cpu":"4"},"ready":true,"weight":1.5}},{"kind":"None","metadata":{"generation":7,"labels":{"kubernetes.io/hostname":"127.0.0.2"},"name":"127.0.0.2"},"status":{"addresses":[{"address":"127.0.0.2","type":"LegacyHostIP"},{"address":"127.0.0.3","type":"another"}],"capacity":{"cpu":"8"},"ready":false,"weight":2.25}}],"kind":"List","matrix":[[1,2],[3,4,5]],"million":1234567.5,"mixed":[1,"one",true,null,{"a":1},[2]],"nested":{"a":{"y":{},"z":[]},"b":2},"nothing":null,"numbers":[0,1,2,3,4,5,6,7,8,9],"quote\'s":"q","single":{"only":{"deep":"x"}},"small":0.00001,"text":"a\\u003cb\\u003e\\u0026c","third":0.3333333333333333,"under_score":"u","users":[{"name":"myself","user":{}},{"name":"e2e","user":{"password":"secret","username":"admin"}}],"zero":0}',
  ],
  ["{.}", ""],
  [
    "{@}x",
    '{"apiVersion":"v1","big":12345678901,"dash-ed":"h","dotted.key":"d","empty":[],"größe":"groß","huge":1e+21,"items":[{"kind":"None","metadata":{"generation":1,"labels":{"kubernetes.io/hostname":"127.0.0.1"},"name":"127.0.0.1"},"status":{"addresses":[{"address":"127.0.0.1","type":"LegacyHostIP"}],"capacity":{"cpu":"4"},"ready":true,"weight":1.5}},{"kind":"None","metadata":{"generation":7,"labels":{"kubernetes.io/hostname":"127.0.0.2"},"name":"127.0.0.2"},"status":{"addresses":[{"address":"127.0.0.2","type":"LegacyHostIP"},{"address":"127.0.0.3","type":"another"}],"capacity":{"cpu":"8"},"ready":false,"weight":2.25}}],"kind":"List","matrix":[[1,2],[3,4,5]],"million":1234567.5,"mixed":[1,"one",true,null,{"a":1},[2]],"nested":{"a":{"y":{},"z":[]},"b":2},"nothing":null,"numbers":[0,1,2,3,4,5,6,7,8,9],"quote\'s":"q","single":{"only":{"deep":"x"}},"small":0.00001,"text":"a\\u003cb\\u003e\\u0026c","third":0.3333333333333333,"under_score":"u","users":[{"name":"myself","user":{}},{"name":"e2e","user":{"password":"secret","username":"admin"}}],"zero":0}x',
  ],
  ["{$.kind}", "List"],
  ["{@.kind}", "List"],
  ["{['kind']}", "List"],
  ["{.items[*].metadata.name}", "127.0.0.1 127.0.0.2"],
  [
    "{.items[*]['metadata.name', 'status.capacity']}",
    '127.0.0.1 127.0.0.2 {"cpu":"4"} {"cpu":"8"}',
  ],
  ["{.items[0]['kind','apiVersion']}", "None"],
  ["{.items[*]['kind','metadata']['name','x']}", "127.0.0.1 127.0.0.2"],
  ['{.users[?(@.name=="e2e")].user.password}', "secret"],
  ["{.users[?(@.name=='e2e')].user.password}", "secret"],
  ['{.users[?(@.name!="e2e")].name}', "myself"],
  ["{.users[?(@.user.username)].name}", "e2e"],
  ['{.users[?(.name=="e2e")].name}', "e2e"],
  ['{.users[?( @.name == "e2e" )].name}', "e2e"],
  ["{.users[?(@.nope)].name}", ""],
  ['{.users[?(@.nope=="x")].name}', ""],
  ['{.users[?(@.name=="a)b")].name}', ""],
  ['{.users[?(@.name=="it\'s")].name}', ""],
  ["{.items[?(@.metadata.generation>3)].metadata.name}", "127.0.0.2"],
  [
    "{.items[?(@.metadata.generation>=1)].metadata.name}",
    "127.0.0.1 127.0.0.2",
  ],
  ["{.items[?(@.metadata.generation<=1)].metadata.name}", "127.0.0.1"],
  ["{.items[?(@.status.weight>2.0)].metadata.name}", "127.0.0.2"],
  ["{.items[?(@.status.weight>2.1)].metadata.name}", "127.0.0.2"],
  ["{.items[?(@.status.ready==true)].metadata.name}", "127.0.0.1"],
  ["{.items[?(@.status.ready==false)].metadata.name}", "127.0.0.2"],
  [
    '{.items[?(@.status.addresses[0].type=="LegacyHostIP")].metadata.name}',
    "127.0.0.1 127.0.0.2",
  ],
  [
    "{.items[?(@.metadata.name==@.status.addresses[0].address)].metadata.name}",
    "127.0.0.1 127.0.0.2",
  ],
  [
    '{.items[?(@.metadata.labels.kubernetes\\.io/hostname=="127.0.0.2")].kind}',
    "None",
  ],
  ['{.items[*].status.addresses[?(@.type=="another")].address}', "127.0.0.3"],
  ["{.numbers[?(@>7)]}", "8 9"],
  ["{.numbers[?(@==3)]}", "3"],
  ["{.numbers[?(3==@)]}", "3"],
  ["{.numbers[0]}", "0"],
  ["{.numbers[-1]}", "9"],
  ["{.numbers[-2:]}", "8 9"],
  ["{.numbers[2:5]}", "2 3 4"],
  ["{.numbers[:3]}", "0 1 2"],
  ["{.numbers[7:]}", "7 8 9"],
  ["{.numbers[:]}", "0 1 2 3 4 5 6 7 8 9"],
  ["{.numbers[*]}", "0 1 2 3 4 5 6 7 8 9"],
  ["{.numbers[::3]}", "0 3 6 9"],
  ["{.numbers[1:8:2]}", "1 3 5 7"],
  ["{.numbers[-3:-1]}", "7 8"],
  ["{.numbers[3:3]}", ""],
  ["{.numbers[]}", "0"],
  ["{.numbers[0,2]}", "0 2"],
  ["{.numbers[0, -1]}", "0 9"],
  ["{.numbers[0:2,5:7]}", "0 1 5 6"],
  ["{.empty[*]}", ""],
  ["{.empty[0:0]}", ""],
  ["{.nothing[0]}", ""],
  ["{.missing[0].x}", ""],
  ["{.matrix[*][0]}", "1 3"],
  ["{.matrix[*][*]}", "1 2 3 4 5"],
  ["{.matrix[1][1:]}", "4 5"],
  ["{.missing}", ""],
  ["{.missing.deeper}", ""],
  ["{.nothing}", "null"],
  ["{.nothing.deeper}", ""],
  ["{.kind.deeper}", ""],
  ["{.items.metadata}", ""],
  ["{.items[*].missing}", ""],
  [
    "{.zero} {.big} {.huge} {.small} {.third} {.million}",
    "0 12345678901 1e+21 1e-05 0.3333333333333333 1.2345675e+06",
  ],
  ["{.items[*].status.ready}", "true false"],
  ["{.items[*].status.weight}", "1.5 2.25"],
  ["{.text}", "a<b>&c"],
  ["{.nested}", '{"a":{"y":{},"z":[]},"b":2}'],
  ["{.mixed}", '[1,"one",true,null,{"a":1},[2]]'],
  ["{.mixed[*]}", '1 one true null {"a":1} [2]'],
  ["{.empty}", "[]"],
  ["{.users[0].user}", "{}"],
  ["{.matrix}", "[[1,2],[3,4,5]]"],
  ["{.single.*}", '{"deep":"x"}'],
  ["{.single.*.deep}", "x"],
  ["{.numbers.*}", "0 1 2 3 4 5 6 7 8 9"],
  ["{..password}", "secret"],
  ["{..nope}", ""],
  ["{.single..deep}", "x"],
  ["{.users..username}", "admin"],
  ["{..capacity.cpu}", "4 8"],
  ["{.status..address}", ""],
  ["{..addresses[0].address}", "127.0.0.1 127.0.0.2"],
  ["{.matrix..}", "[[1,2],[3,4,5]] [1,2] [3,4,5]"],
  ["{.users...name}", "myself e2e"],
  ["{..['username','password']}", "admin secret"],
  ['{"text"}', "text"],
  ["{'text'}", "text"],
  ['{"\\n"}', "\n"],
  ["{'it\\'s'}", "it's"],
  ['{"\\u00e9\\x41\\101"}', "éAA"],
  ['{"a}b"}', "a}b"],
  ['{.kind}{"\\n"}{.apiVersion}{"\\n"}', "List\nv1\n"],
  ["{.kind}\\n{.apiVersion}", "List\\nv1"],
  ['{range .items[*]}{.metadata.name}{"\\n"}{end}', "127.0.0.1\n127.0.0.2\n"],
  [
    "{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}",
    '[127.0.0.1, {"cpu":"4"}] [127.0.0.2, {"cpu":"8"}] ',
  ],
  [
    '{range .items[*]}{.metadata.name}: {range .status.addresses[*]}{.address}, {end}{"\\n"}{end}done',
    "127.0.0.1: 127.0.0.1, \n127.0.0.2: 127.0.0.2, 127.0.0.3, \ndone",
  ],
  ["{range .items[*]}{.metadata.name}", "127.0.0.1127.0.0.2"],
  ["{range .empty[*]}{.name}{end}after", "after"],
  ["{range .empty[*]}{range .x[*]}{.name}{end}{end}after", "after"],
  ["{range .missing[*]}{.name}{end}after", "after"],
  ["{range .numbers[:3]}{@},{end}", "0,1,2,"],
  ["{range .users[*]}{$.kind}{.name};{end}", "myself;e2e;"],
  ["{range .mixed[*]}{@}|{end}", '1|one|true|<no value>|{"a":1}|[2]|'],
  ["{range}{.kind}{end}", "List"],
  ["{range .nested}{.b}{end}", "2"],
  ["{1}", "1"],
  ["{-1.5}", "-1.5"],
  ["{+3}", "3"],
  ["{true}", "true"],
  ["{false}", "false"],
  ["{.kind .apiVersion}", ""],
  ["{.items[0].metadata .name}", "127.0.0.1"],
  ["{.quote's}", "q"],
  ["{.dotted\\.key}", "d"],
  ["{['dotted\\.key']}", "d"],
  ["{['dotted.key']}", ""],
  [
    "{.items[*].metadata.labels.kubernetes\\.io/hostname}",
    "127.0.0.1 127.0.0.2",
  ],
  ["{.under_score}{.dash-ed}", "uh"],
  ["{.größe}", "groß"],
  ["{.kind|x}", ""],
  ["{.a}}", "}"],
  ["}", "}"],
  ["", ""],
  ["plain text only", "plain text only"],
  [".kind", ".kind"],
  ["{.nested.a.z}{.nested.a.y}", "[]{}"],
  ["{.items[0:1].metadata.name}", "127.0.0.1"],
  ["{.items[-1:].metadata.name}", "127.0.0.2"],
  ["{.items[:-1].metadata.name}", "127.0.0.1"],
  ["a\n{.kind}\n", "a\nList\n"],
];

/** Invalid templates, and the error. */
const MALFORMED: readonly [string, string][] = [
  ['{.users[?(@.name=="e2e"].name}', "unterminated filter"],
  ['{.users[?(@.name=="e2e")}', "unclosed array expect ]"],
  [
    '{.users[?(@.name=="a"||@.name=="b")].name}',
    "unrecognized character in action: U+007C '|'",
  ],
  [
    '{.users[?(@.name=="e2e" && @.user)].name}',
    "unrecognized character in action: U+0026 '&'",
  ],
  ["{.numbers[-]}", "array index - is not a number"],
  ["{.numbers[a]}", "invalid array index a"],
  ['{.numbers["0"]}', 'invalid array index "0"'],
  ["{.numbers[0", "unterminated array"],
  [
    "{.numbers[99999999999999999999]}",
    "array index 99999999999999999999 is not a number",
  ],
  ['{"a\\tb\\c\\"d"}', 'unquote string "a\\tb\\c\\"d" error invalid syntax'],
  ['{"it\\\'s"}', 'unquote string "it\\\'s" error invalid syntax'],
  ['{"\\q"}', 'unquote string "\\q" error invalid syntax'],
  ['{"open', "unterminated quoted string"],
  ["{1.2.3}", "cannot parse number 1.2.3"],
  ["{['quote's']}", "invalid array index 'quote's'"],
  ["{.kind", "unclosed action"],
  ["{.kind (x)}", "unrecognized character in action: U+0028 '('"],
  ["{", "unclosed action"],
  ["{{.kind}}", "unrecognized character in action: U+007B '{'"],
  ["{.kind{.x}}", "unrecognized character in action: U+007B '{'"],
  ["{.kind\t}", "unrecognized character in action: U+0009"],
  ["{[}", "unterminated array"],
  ["{['kind'}", "unterminated array"],
  ["{['kind]}", "invalid array index 'kind"],
  ["{.kind\n}", "unclosed action"],
  ['{"a\nb"}', "unterminated quoted string"],
];

/** Templates that client-go rejects only on execution. */
const REJECTED_EARLIER: readonly [string, string][] = [
  ['{.users[?(@.name="e2e")].name}', "unrecognized filter operator ="],
  ['{.users[?(@.name=>"e2e")].name}', "unrecognized filter operator =>"],
  ["{end}", "not in range, nothing to end"],
  ["{range .users[*]}{.name}{end}{end}", "not in range, nothing to end"],
  ["{hello}", "unrecognized identifier hello"],
  ["{.kind hello}", "unrecognized identifier hello"],
  ["{quote's}", "unrecognized identifier quote's"],
];

/** Templates that cannot be evaluated, and the error. */
const FAILING: readonly [string, string][] = [
  [
    '{.items[?(@.metadata.generation<"x")].metadata.name}',
    "incompatible types for comparison",
  ],
  [
    "{.items[?(@.status.ready<true)].metadata.name}",
    "invalid type for comparison",
  ],
  ['{.items[?(@.metadata=="x")].kind}', "invalid type for comparison"],
  [
    '{.items[?(@.status.addresses[*].type=="LegacyHostIP")].metadata.name}',
    "can only compare one element at a time",
  ],
  ['{.mixed[?(@=="one")]}', "incompatible types for comparison"],
  ["{.numbers[5:2]}", "starting index 5 is greater than ending index 2"],
  ["{.numbers[10]}", "array index out of bounds: index 10, length 10"],
  ["{.numbers[-11]}", "array index out of bounds: index -1, length 10"],
  ["{.numbers[8:12]}", "array index out of bounds: index 11, length 10"],
  ["{.numbers[0:4:0]}", "step must be > 0"],
  ["{.numbers[0:4:-1]}", "step must be > 0"],
  ["{.empty[0]}", "array index out of bounds: index 0, length 0"],
  ["{.empty[-1]}", "array index out of bounds: index -1, length 0"],
  ["{.kind[0]}", "string is not array or slice"],
  ["{.nested[0]}", "map[string]interface {} is not array or slice"],
  ["{.big[0]}", "int64 is not array or slice"],
  ["{.matrix[*][2]}", "array index out of bounds: index 2, length 2"],
  [
    "{.items[*].status.addresses[1].address}",
    "array index out of bounds: index 1, length 1",
  ],
  ["{.single[*]}", "map[string]interface {} is not array or slice"],
];

/**
 * Templates in which no key may be missing, and the rendered text or the error.
 */
const STRICT: readonly [string, { text: string } | { error: string }][] = [
  ["{.missing}", { error: "missing is not found" }],
  ["{.kind.deeper}", { error: "deeper is not found" }],
  ["{.items[*].missing}", { error: "missing is not found" }],
  ["{.users[*].user.username}", { text: "admin" }],
  ["{.nothing.x}", { error: "x is not found" }],
  ["{.users[?(@.nope)].name}", { text: "" }],
  ['{.users[?(@.nope=="x")].name}', { error: "nope is not found" }],
  ["{..nope}", { error: "nope is not found" }],
  ["{.items[*]['kind','nope']}", { error: "nope is not found" }],
  ["{range .missing[*]}{.x}{end}", { error: "missing is not found" }],
  ["{.empty[*].name}", { text: "" }],
  ["{.kind}", { text: "List" }],
];

Deno.test("JsonPathTemplate renders like kubectl", () => {
  for (const [template, text] of TEXTS) {
    assertEquals(new JsonPathTemplate(template).render(DATA), text, template);
  }
});

Deno.test("JsonPathTemplate throws a SyntaxError with the position if the template is not valid", () => {
  for (const [template, why] of [...MALFORMED, ...REJECTED_EARLIER]) {
    const { message } = assertThrows(
      () => new JsonPathTemplate(template),
      SyntaxError,
      why,
      template,
    );
    const [, position = "none"] = / at position (\d+)$/.exec(message) ?? [];
    assertEquals(Number(position) <= template.length, true, message);
  }
});

Deno.test("JsonPathTemplate throws when kubectl fails", () => {
  for (const [template, why] of FAILING) {
    const compiled = new JsonPathTemplate(template);
    const error = assertThrows(() => compiled.render(DATA), Error);
    assertEquals(error.message, why, template);
  }
});

Deno.test("JsonPathTemplate throws for missing keys if they are not allowed", () => {
  for (const [template, expected] of STRICT) {
    const compiled = new JsonPathTemplate(template, {
      allowMissingKeys: false,
    });
    if ("text" in expected) {
      assertEquals(compiled.render(DATA), expected.text, template);
    } else {
      const error = assertThrows(() => compiled.render(DATA), Error);
      assertEquals(error.message, expected.error, template);
    }
  }
});

// Differences from client-go, each with its reason.

Deno.test("JsonPathTemplate compares any number with any other", () => {
  // client-go: "incompatible types for comparison". JavaScript cannot
  // distinguish 2.0 from 2, so a comparison could fail for one object and not
  // for the next.
  const template = "{.items[?(@.status.weight>2)].metadata.name}";
  assertEquals(new JsonPathTemplate(template).render(DATA), "127.0.0.2");
});

Deno.test("JsonPathTemplate does not print a value that cannot be filtered", () => {
  // client-go prints the whole value, which may be long or a secret.
  for (
    const [template, type] of [
      ["{.kind[?(@.a)]}", "string"],
      ["{.nested[?(@.a)]}", "map[string]interface {}"],
      ["{[?(@.x)]}", "map[string]interface {}"],
    ] as const
  ) {
    const error = assertThrows(
      () => new JsonPathTemplate(template).render(DATA),
      TypeError,
    );
    assertEquals(
      error.message,
      `${type} is not array or slice and cannot be filtered`,
    );
  }
});

Deno.test("JsonPathTemplate treats an index out of bounds in a filter as missing", () => {
  // client-go treats it as existing, since it keeps the value that it started
  // with.
  const template = "{.items[?(@.status.addresses[1])].metadata.name}";
  assertEquals(new JsonPathTemplate(template).render(DATA), "127.0.0.2");
});

Deno.test("JsonPathTemplate selects no inherited members and no characters of a string", () => {
  for (const template of ["{.toString}", "{.constructor.name}", "{.kind.*}"]) {
    assertEquals(new JsonPathTemplate(template).render(DATA), "");
  }
  assertEquals(new JsonPathTemplate("{.kind.length}").find(DATA), [[]]);
});

Deno.test("JsonPathTemplate.find() returns a list for each text and path", () => {
  const template = new JsonPathTemplate("{.kind}: {.numbers[:2]}{.none}");
  assertEquals(template.find(DATA), [["List"], [": "], [0, 1], []]);
  const range = new JsonPathTemplate("{range .users[*]}{.name}{end}");
  assertEquals(range.find(DATA), [["myself"], ["e2e"]]);
});

Deno.test("JsonPathTemplate can be rendered repeatedly", () => {
  const template = new JsonPathTemplate("{.numbers[-1]}{range .x[*]}{.}{end}");
  assertEquals(template.render({ numbers: [1, 2], x: [{}] }), "2");
  assertEquals(template.render({ numbers: [1, 2, 3], x: [] }), "3");
});

Deno.test("JsonPathTemplate renders Dates as they are on the wire", () => {
  const created = new Date("2024-05-01T12:00:00Z");
  const template = new JsonPathTemplate("{.metadata.creationTimestamp}");
  assertEquals(
    template.render({ metadata: { creationTimestamp: created } }),
    "2024-05-01T12:00:00Z",
  );
});

Deno.test("JsonPathTemplate handles deeply nested objects", () => {
  let object: unknown = "bottom";
  for (let depth = 0; depth < 500; depth++) object = { next: object };
  const found = new JsonPathTemplate("{..next}").find(object);
  assertEquals(found[0]?.length, 500);
});
