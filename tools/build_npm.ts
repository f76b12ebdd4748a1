/**
 * Builds the npm package: `tools/build_npm.ts [DIRECTORY]` writes it to `npm/`.
 *
 * TypeScript's own compiler does both halves, file by file and without checking
 * types: the public ones are explicit, as JSR demands, and `deno task check` has
 * checked them. Then esbuild makes the code compact. Each module stays a file of
 * its own, so that a bundler drops those that a program does not use;
 * `deno bundle` joins them and writes no declarations, `deno transpile` leaves
 * the `.ts` in the specifiers, and dnt would add a dependency for what are two
 * functions of the compiler.
 *
 * Everything about the package (name, version, entry points, dependencies) comes
 * from `deno.json`.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a command-line program

import { isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "npm:typescript@~5.9.3";
import { compactDeclarations, compactModules } from "./_compact_code.ts";

const ROOT = new URL("../", import.meta.url);

/** The oldest Node that the dependencies support. */
const NODE = ">=22.19.0";

/** Packages that only users of an entry point of theirs need. */
const OPTIONAL_PEERS = ["@kubernetes/client-node", "@opentelemetry/api"];

/** Files that are copied as they are. */
const DOCUMENTS = ["README.md", "CHANGELOG.md", "LICENSE"];

/** The program behind `watchtools`. */
const BIN = `#!/usr/bin/env node
import { main } from "../cli.js";
import { thisProcess } from "../cli/terminal/this_process.js";
const { args, setExitStatus } = thisProcess();
setExitStatus(await main(args));
`;

/** What is read of `deno.json`. */
interface Config {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

const COMPILER_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  // Documentation is in the declarations.
  removeComments: true,
  importHelpers: true,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
};

/** The specifiers in a file: imports, exports, and imported types. */
function specifiersOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles
    .map(({ fileName }) => fileName);
}

/** All files that the entry points reach, and the packages that they import. */
async function reach(
  entries: readonly string[],
): Promise<{ files: Map<string, string>; packages: Set<string> }> {
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const queue = [...entries];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (files.has(path)) continue;
    const url = new URL(path, ROOT);
    const text = await Deno.readTextFile(url);
    files.set(path, text);
    for (const specifier of specifiersOf(text)) {
      if (specifier.startsWith(".")) {
        queue.push(new URL(specifier, url).href.slice(ROOT.href.length));
      } else if (!specifier.startsWith("node:")) packages.add(specifier);
    }
  }
  return { files, packages };
}

function reportOf(diagnostics: readonly ts.Diagnostic[]): string {
  return ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (path) => path,
    getCurrentDirectory: () => "",
    getNewLine: () => "\n",
  });
}

/** Compiles a module to JavaScript. */
function compile(path: string, text: string): string {
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: path,
    compilerOptions: COMPILER_OPTIONS,
    reportDiagnostics: true,
  });
  if (diagnostics.length > 0) throw new Error(reportOf(diagnostics));
  const helpers = relativePath(path, HELPERS);
  return outputText.replace('from "tslib"', `from "${helpers}"`);
}

/** The functions that `using` becomes, once for all modules. */
const HELPERS = "internal/_using.js";

function helperModule(): string {
  const { outputText } = ts.transpileModule(
    "export function use(value: Disposable) { using used = value; }",
    { compilerOptions: { ...COMPILER_OPTIONS, importHelpers: false } },
  );
  const [functions] = outputText.split("export function");
  return `${functions}export { __addDisposableResource, __disposeResources };\n`;
}

/** How one file of the package imports another one. */
function relativePath(from: string, to: string): string {
  const up = "../".repeat(from.split("/").length - 1);
  return `${up || "./"}${to}`;
}

/**
 * Declares the modules that the public types need, and no others. Public types
 * are explicit, as the publishing dry run checks, so that nothing is inferred
 * from the runtime's own types, which are not known here.
 */
function declarations(entries: readonly string[]): Map<string, string> {
  const path = (specifier: string) => fileURLToPath(new URL(specifier, ROOT));
  const program = ts.createProgram(entries.map(path), {
    ...COMPILER_OPTIONS,
    removeComments: false,
    declaration: true,
    emitDeclarationOnly: true,
    noCheck: true,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
    types: [],
    outDir: path("npm/"),
    rootDir: path("."),
  });
  const declared = new Map<string, string>();
  const queue = [...entries];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (declared.has(name)) continue;
    const text = declarationOf(
      program,
      path(name),
      entries.includes(name),
    );
    declared.set(name, compactDeclarations(name, text));
    for (const specifier of specifiersOf(text)) {
      if (!specifier.startsWith(".")) continue;
      const { href } = new URL(specifier, new URL(name, ROOT));
      queue.push(href.slice(ROOT.href.length).replace(/\.js$/, ".ts"));
    }
  }
  return declared;
}

/**
 * Declares a module. `AsyncDisposable` is in no library of `es2022`, so the
 * declarations ask for the one that has it.
 */
function declarationOf(
  program: ts.Program,
  path: string,
  isEntry: boolean,
): string {
  const source = program.getSourceFile(path);
  const errors = program.getDeclarationDiagnostics(source);
  if (errors.length > 0) throw new Error(reportOf(errors));
  let text = "";
  program.emit(source, (_, written) => text = written, undefined, true);
  const disposal = /\b(AsyncDisposable|Disposable|asyncDispose|dispose)\b/;
  const reference = disposal.test(text)
    ? '/// <reference lib="esnext.disposable" />\n'
    : "";
  // TypeScript rewrites them only in JavaScript.
  const declared = text.replace(
    /((?:from|import\()\s*"\.[^"]*)\.ts"/g,
    '$1.js"',
  );
  return reference + withoutNotes(declared, isEntry);
}

/**
 * Removes what is long and that an editor does not need: the examples, which are
 * in the pages of the API, and what modules that no program can import say about
 * themselves. That is 7 % of the packed package.
 */
function withoutNotes(declarations: string, isEntry: boolean): string {
  const text = isEntry
    ? declarations
    : declarations.replace(/\/\*\*(?:(?!\*\/)[^])*?@module\s*\*\/\n/, "");
  return text
    .replace(
      /(?:\n *\*)?\n *\* @example[^]*?\n *\* ```[^]*?\n *\* ```(?=\n)/g,
      "",
    )
    .replace(/(?:\n *\*)+(?=\n *\*\/)/g, "");
}

/** The ranges of the packages, from the import map. */
function rangesOf(
  packages: Iterable<string>,
  { imports }: Config,
): Record<string, string> {
  return Object.fromEntries(
    Array.from(packages, (name): [string, string] => {
      const target = imports[name] ?? "";
      const range = target.startsWith(`npm:${name}@`)
        ? target.slice(`npm:${name}@`.length)
        : undefined;
      if (range === undefined) {
        throw new Error(
          `Cannot build the npm package: ${name} is not an npm package`,
        );
      }
      return [name, range];
    }).sort(([a], [b]) => a < b ? -1 : 1),
  );
}

function manifest(config: Config, packages: ReadonlySet<string>): string {
  const peers = OPTIONAL_PEERS.filter((name) => packages.has(name));
  const needed = [...packages].filter((name) => !peers.includes(name));
  const entries = Object.entries(config.exports).map((
    [name, path],
  ) => [name, {
    types: path.replace(/\.ts$/, ".d.ts"),
    default: path.replace(/\.ts$/, ".js"),
  }]);
  return `${
    JSON.stringify(
      {
        name: config.name,
        version: config.version,
        description:
          "Wait on and watch Kubernetes objects: client-go's tools/watch for TypeScript",
        keywords: ["kubernetes", "watch", "informer", "wait", "client-go"],
        license: config.license,
        type: "module",
        sideEffects: false,
        engines: { node: NODE },
        bin: { watchtools: "bin/watchtools.js" },
        exports: {
          ...Object.fromEntries(entries),
          "./package.json": "./package.json",
        },
        dependencies: rangesOf(needed, config),
        peerDependencies: rangesOf(peers, config),
        peerDependenciesMeta: Object.fromEntries(
          peers.map((name) => [name, { optional: true }]),
        ),
      },
      null,
      2,
    )
  }\n`;
}

async function build(target: URL): Promise<number> {
  const config: Config = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const entries = Object.values(config.exports).map((path) =>
    path.replace(/^\.\//, "")
  );
  const { files, packages } = await reach(entries);
  const modules = new Map([[HELPERS, helperModule()]]);
  for (const [path, text] of files) {
    modules.set(path.replace(/\.ts$/, ".js"), compile(path, text));
  }
  const written = new Map([
    ["bin/watchtools.js", BIN],
    ["package.json", manifest(config, packages)],
    ...await compactModules(modules),
  ]);
  for (const [path, text] of declarations(entries)) {
    written.set(path.replace(/\.ts$/, ".d.ts"), text);
  }
  for (const path of DOCUMENTS) {
    written.set(path, await Deno.readTextFile(new URL(path, ROOT)));
  }
  await Deno.remove(target, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  for (const [path, text] of written) {
    const url = new URL(path, target);
    await Deno.mkdir(new URL(".", url), { recursive: true });
    await Deno.writeTextFile(url, text);
  }
  await Deno.chmod(new URL("bin/watchtools.js", target), 0o755);
  return written.size;
}

const [directory = "npm"] = Deno.args;
const target = isAbsolute(directory)
  ? pathToFileURL(`${directory}/`)
  : new URL(`${directory}/`, ROOT);
console.error(`Wrote ${await build(target)} files to ${directory}/`);
