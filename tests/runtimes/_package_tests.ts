/**
 * Tests of the installed package that need no runtime: how large it is in a
 * bundle, and whether TypeScript accepts its declarations.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Environment } from "./_environment.ts";
import { gzippedSize } from "./_gzipped_size.ts";

/** What is bundled, and how many bytes it may be, compressed with gzip. */
const BUNDLES = [
  {
    name: "all of mod.ts",
    code: 'export * from "@watchtools/kube";',
    maxBytes: 46_200,
  },
  {
    name: "until, RetryWatcher and RestListerWatcher",
    code:
      'export { RestListerWatcher, RetryWatcher, until } from "@watchtools/kube";',
    maxBytes: 23_800,
  },
  {
    name: "an import of which nothing is used",
    code:
      'import * as kube from "@watchtools/kube"; import "@watchtools/kube";',
    maxBytes: 0,
  },
];

/** The libraries of the compiler, and whether Node's types are there. */
const LIBRARIES = [
  { lib: ["es2022"], types: ["node"] },
  { lib: ["es2022", "dom", "dom.iterable"], types: ["node"] },
  { lib: ["es2022", "dom"], types: [] },
  { lib: ["esnext", "dom", "dom.asynciterable"], types: [] },
];

const RESOLUTIONS = [
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" },
];

/**
 * Registers the tests of sizes.
 *
 * @param environment The installed package.
 * @param print Prints a line.
 */
export function testSizes(
  { directory, minify }: Environment,
  print: (line: string) => void,
): void {
  for (const [index, { name, code, maxBytes }] of BUNDLES.entries()) {
    Deno.test(`${name} is small in a bundle`, async () => {
      await Deno.writeTextFile(`${directory}/size${index}.mjs`, code);
      await minify(`size${index}.mjs`, `size${index}.min.js`);
      const size = await gzippedSize(`${directory}/size${index}.min.js`);
      print(`${name}: ${size} bytes`);
      assert(size <= maxBytes, `${size} bytes, more than ${maxBytes}`);
    });
  }
}

/** Registers the test that the documentation names the limits. */
export function testDocumentedSizes(): void {
  Deno.test("docs/runtimes.md names the limits of bundles", async () => {
    const url = new URL("../../docs/runtimes.md", import.meta.url);
    const text = await Deno.readTextFile(url);
    for (const { maxBytes } of BUNDLES.filter((one) => one.maxBytes > 0)) {
      assertStringIncludes(text, `| ${maxBytes / 1000} KB |`);
    }
  });
}

/** A program that uses every entry point of the package. */
async function programFor(directory: string): Promise<string> {
  const { exports }: { exports: Record<string, unknown> } = JSON.parse(
    await Deno.readTextFile(
      `${directory}/node_modules/@watchtools/kube/package.json`,
    ),
  );
  const entries = Object.keys(exports).filter((name) =>
    !name.endsWith(".json")
  );
  const imports = entries.map((name, index) =>
    `import * as e${index} from "@watchtools/kube${name.slice(1)}";`
  );
  const all = entries.map((_, index) => `e${index}`).join(", ");
  return `${imports.join("\n")}
export const all: readonly object[] = [${all}];
const server: e0.ListerWatcher = new e0.RestListerWatcher({
  server: "http://127.0.0.1",
  path: "/api/v1/pods",
  headers: { a: "b" },
});
export const event: Promise<e0.WatchEvent> = e0.listWatchUntil(server, () => true);
`;
}

/**
 * Registers the tests of the declarations.
 *
 * @param environment The installed package and the compilers.
 */
export function testTypes({ directory, compilers }: Environment): void {
  for (const { command, args } of compilers) {
    const name = args[0]?.match(/typescript-\w+/)?.[0];
    Deno.test(`the declarations are accepted by ${name}`, async () => {
      await Deno.writeTextFile(
        `${directory}/use.ts`,
        await programFor(directory),
      );
      for (const [index, libraries] of LIBRARIES.entries()) {
        const resolution = RESOLUTIONS[index % RESOLUTIONS.length];
        const compilerOptions = {
          strict: true,
          skipLibCheck: false,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          target: "es2022",
          ...libraries,
          ...resolution,
        };
        await Deno.writeTextFile(
          `${directory}/tsconfig.json`,
          JSON.stringify({ compilerOptions, files: ["use.ts"] }),
        );
        const { stdout } = await new Deno.Command(command, {
          args: [...args, "-p", directory],
        }).output();
        const errors = new TextDecoder().decode(stdout).trim();
        assertEquals(errors, "", JSON.stringify(compilerOptions));
      }
    });
  }
}
