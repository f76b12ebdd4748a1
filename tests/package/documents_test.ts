/**
 * The documents name only files that exist.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

const DOCUMENTS = [
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "README.md",
  "SECURITY.md",
  "docs/migration.md",
  "docs/ready.md",
  "docs/fake_server.md",
  "docs/serverless.md",
  "docs/runtimes.md",
  "docs/servers.md",
  "docs/workers.md",
  "examples/README.md",
  "tests/e2e/README.md",
];

/** Targets of relative links: `](x)`, `[x]: y`. */
const LINK = /\]\((?!https?:)([^)#\s]+)|^\[[^\]]+\]: (?!https?:)(\S+)/gm;

/** Inline code that looks like the path of a file: `cli/_registry.ts`. */
const PATH = /`((?:[a-z_0-9.]+\/)+[a-z_0-9]+\.[a-z]+)`/g;

/** The files that a document names. */
function namedIn(text: string, document: URL): URL[] {
  const links = Array.from(
    text.matchAll(LINK),
    ([, inline, reference]) => new URL(inline ?? reference ?? "", document),
  );
  const paths = Array.from(
    text.matchAll(PATH),
    ([, path]) => new URL(path ?? "", ROOT),
  );
  return [...links, ...paths];
}

async function isThere(url: URL): Promise<boolean> {
  try {
    await Deno.stat(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

for (const name of DOCUMENTS) {
  Deno.test(`${name} names only what exists`, async () => {
    const document = new URL(name, ROOT);
    const missing: string[] = [];
    for (const url of namedIn(await Deno.readTextFile(document), document)) {
      if (!await isThere(url)) missing.push(url.href.slice(ROOT.href.length));
    }
    assertEquals(missing, []);
  });
}

Deno.test("namedIn() finds links and paths", () => {
  const text = "See [it](docs/a.md#part), [that][t], `cli/x.ts`, `a/b` " +
    "and [site](https://example.com).\n\n[t]: ../c.ts\n";
  const document = new URL("examples/README.md", ROOT);
  const found = namedIn(text, document);
  assertEquals(found.map(({ href }) => href.slice(ROOT.href.length)), [
    "examples/docs/a.md",
    "c.ts",
    "cli/x.ts",
  ]);
});
