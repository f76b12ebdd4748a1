/**
 * The npm package, as `deno task build:npm` makes it: what it contains, what it
 * depends on and how large it is. That it installs and runs is shown by the
 * tests in `tests/runtimes/`.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { VERSION } from "../../cli/_version.ts";

const ROOT = new URL("../../", import.meta.url);
const NPM = Deno.build.os === "windows" ? "npm.cmd" : "npm";
const MAX_PACKED_BYTES = 300_000;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly sideEffects: boolean;
  readonly engines: { readonly node: string };
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<
    Record<
      string,
      string | { readonly types: string; readonly default: string }
    >
  >;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<
    Record<string, { readonly optional: boolean }>
  >;
}

/** The package, in a temporary directory that is removed at the end. */
class BuiltPackage {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async build(): Promise<BuiltPackage> {
    const directory = await Deno.makeTempDir();
    addEventListener("unload", () => {
      Deno.removeSync(directory, { recursive: true });
    });
    const script = new URL("tools/build_npm.ts", ROOT).href;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-config", "--no-lock", script, directory],
      stdout: "null",
      stderr: "piped",
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return new BuiltPackage(directory);
  }

  text(path: string): Promise<string> {
    return Deno.readTextFile(`${this.directory}/${path}`);
  }

  async manifest(): Promise<Manifest> {
    return JSON.parse(await this.text("package.json"));
  }

  /** The paths of all files. */
  async files(directory = ""): Promise<string[]> {
    const found: string[] = [];
    for await (
      const { name, isDirectory } of Deno.readDir(
        `${this.directory}/${directory}`,
      )
    ) {
      const path = directory + name;
      if (isDirectory) found.push(...await this.files(`${path}/`));
      else found.push(path);
    }
    return found;
  }
}

let building: Promise<BuiltPackage> | undefined;

/** Builds the package once for all tests. */
function built(): Promise<BuiltPackage> {
  return building ??= BuiltPackage.build();
}

async function readConfig(): Promise<
  { name: string; version: string; exports: Record<string, string> }
> {
  return JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
}

Deno.test("VERSION is the version in deno.json", async () => {
  assertEquals(VERSION, (await readConfig()).version);
});

Deno.test("the npm package describes itself", async () => {
  const manifest = await (await built()).manifest();
  const config = await readConfig();
  assertEquals(
    [manifest.name, manifest.version, manifest.type, manifest.sideEffects],
    [config.name, config.version, "module", false],
  );
  assert(/^>=\d+/.test(manifest.engines.node));
  assertEquals(Object.keys(manifest.bin), ["watchtools"]);
  assertEquals(
    Object.keys(manifest.exports).filter((name) => name !== "./package.json"),
    Object.keys(config.exports),
  );
  assertEquals(manifest.peerDependenciesMeta["@kubernetes/client-node"], {
    optional: true,
  });
  assert("@kubernetes/client-node" in manifest.peerDependencies);
  assertEquals(
    Object.keys(manifest.dependencies).filter((name) => name.startsWith("@")),
    [],
  );
});

Deno.test("the npm package contains what it exports, and no source maps", async () => {
  const npm = await built();
  const manifest = await npm.manifest();
  const files = await npm.files();
  const named = Object.values(manifest.exports).flatMap((target) =>
    typeof target === "string" ? [target] : Object.values(target)
  );
  for (const path of [...named, ...Object.values(manifest.bin)]) {
    assert(files.includes(path.replace(/^\.\//, "")), path);
  }
  const code = files.filter((path) => /\.(js|ts)$/.test(path));
  for (const path of code) {
    const text = await npm.text(path);
    assert(!text.includes("sourceMappingURL"), path);
    // TypeScript writes nothing where it cannot declare a module.
    assert(text.trim() !== "", path);
    assert(!/(?:from|import\()\s*"\.[^"]*\.ts"/.test(text), path);
    assert(!/(?:from|import\()\s*"(?:jsr|npm):/.test(text), path);
  }
});

Deno.test("the npm package is small when it is packed", async () => {
  const { directory } = await built();
  const pack = await new Deno.Command(NPM, {
    args: ["pack", "--dry-run", "--json"],
    cwd: directory,
    stderr: "null",
  }).output();
  const [packed] = JSON.parse(new TextDecoder().decode(pack.stdout));
  assert(packed.size <= MAX_PACKED_BYTES, `${packed.size} bytes`);
});
