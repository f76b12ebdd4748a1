/**
 * Finds the programs that the end-to-end tests run: a real control plane, and
 * the oracle based on client-go. A program is taken from the directory in
 * `KUBEBUILDER_ASSETS` if it is there, otherwise from a cache directory outside
 * the repository, into which it is built once with `go build` from the versions
 * pinned in the `go.mod` files of this directory. The directories of the cache
 * are keyed by what is built, so that each version has its own, and concurrent
 * runs build only once.
 *
 * Of the versions of Kubernetes in `variant.ts`, the first one provides all
 * programs, the others only kube-apiserver: what is tested is the server.
 *
 * When run as a program, builds everything that is missing and prints its path.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { type KubeVersion, kubeVersions, readVariant } from "./variant.ts";

/** Reports the progress of a long step. */
export type Report = (line: string) => void;

/** All programs that the end-to-end tests can run. */
export const binaries = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kwok",
  "oracle",
  "sample-apiserver",
  "kine",
] as const;

/** One of {@linkcode binaries}. */
export type Binary = typeof binaries[number];

interface GoModule {
  /** The directory of the `go.mod`, relative to this file. */
  readonly directory: string;
  /** The Go packages by program name. */
  readonly packages: { readonly [Name in Binary]?: string };
  /** The version of Kubernetes to which the programs belong, if any. */
  readonly kube?: KubeVersion;
  /** Whether a C compiler is needed. */
  readonly cgo?: boolean;
  /** Other files than `go.mod` and `go.sum` that determine what is built. */
  readonly sources: readonly string[];
}

const modules: readonly GoModule[] = [
  {
    directory: "kubernetes",
    kube: "1.36.1",
    packages: {
      "etcd": "go.etcd.io/etcd/server/v3",
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      "kube-controller-manager":
        "k8s.io/kubernetes/cmd/kube-controller-manager",
      "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
      "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    },
    sources: [],
  },
  {
    directory: "kubernetes_1.37.2",
    kube: "1.37.2",
    packages: {
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      "sample-apiserver": "k8s.io/sample-apiserver",
    },
    sources: [],
  },
  {
    directory: "kine",
    packages: { "kine": "github.com/k3s-io/kine" },
    cgo: true,
    sources: [],
  },
  {
    directory: "kwok",
    packages: { "kwok": "sigs.k8s.io/kwok/cmd/kwok" },
    sources: [],
  },
  {
    directory: "oracle",
    packages: { "oracle": "." },
    sources: [
      "conditions.go",
      "informer.go",
      "main.go",
      "output.go",
      "retrywatcher.go",
      "source.go",
      "until.go",
    ],
  },
];

/** A program is neither installed nor can it be built. */
export class BinaryUnavailableError extends Error {
  /** Always `"BinaryUnavailableError"`. */
  override name = "BinaryUnavailableError";
}

/** Options for {@linkcode findBinary} and {@linkcode whyUnavailable}. */
export interface BinaryOptions {
  /** The environment variables. @default {Deno.env.toObject()} */
  env?: Readonly<Record<string, string>> | undefined;
  /**
   * Called with the progress of a build. @default {prints to standard error}
   */
  report?: Report | undefined;
}

/**
 * Returns the path of a program, and builds it first if it is missing.
 *
 * @param binary Its name.
 * @param options The environment, and how to report progress.
 * @returns Its absolute path.
 * @throws {BinaryUnavailableError} If it is missing and Go is not installed to
 *   build it, or if the one in `KUBEBUILDER_ASSETS` is too old.
 * @throws {Error} If the build fails.
 */
export async function findBinary(
  binary: Binary,
  options: BinaryOptions = {},
): Promise<string> {
  const { env = Deno.env.toObject(), report = reportToStderr } = options;
  const asset = await findAsset(binary, env);
  if (asset !== undefined) return asset;
  const module = moduleOf(binary, env);
  const directory = await cacheDirectory(module, env);
  const path = `${directory}/${binary}`;
  if (await isFile(path)) return path;
  const reason = await whyUnavailable(binary, options);
  if (reason !== undefined) throw new BinaryUnavailableError(reason);
  await Deno.mkdir(directory, { recursive: true });
  // The lock is released when the file is closed or this process dies.
  using lock = await Deno.open(`${directory}/.lock`, {
    create: true,
    write: true,
  });
  await lock.lock(true);
  if (!await isFile(path)) await build(binary, module, path, env, report);
  return path;
}

/**
 * Explains why a program is not available, and what to do.
 *
 * @param binary Its name.
 * @param options The environment.
 * @returns The explanation; `undefined` if the program exists or can be built.
 */
export async function whyUnavailable(
  binary: Binary,
  options: BinaryOptions = {},
): Promise<string | undefined> {
  const { env = Deno.env.toObject() } = options;
  if (await findAsset(binary, env) !== undefined) return undefined;
  const directory = await cacheDirectory(moduleOf(binary, env), env);
  const path = `${directory}/${binary}`;
  if (await isFile(path)) return undefined;
  const { cgo = false } = moduleOf(binary, env);
  const hasGo = await succeeds("go", ["version"], env);
  if (hasGo && (!cgo || await succeeds("cc", ["--version"], env))) {
    return undefined;
  }
  const needed = hasGo ? "a C compiler (cc)" : "Go";
  return `Cannot find ${binary} for the end-to-end tests: install ${needed}, ` +
    "which builds it, or set KUBEBUILDER_ASSETS to a directory that holds it";
}

/** Returns the path of a program in `KUBEBUILDER_ASSETS`, if it is there. */
async function findAsset(
  binary: Binary,
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const directory = env.KUBEBUILDER_ASSETS;
  if (directory === undefined || directory === "") return undefined;
  const path = `${directory}/${binary}`;
  if (!await isFile(path)) return undefined;
  if (binary === "kube-apiserver") await requireVersion(path, env);
  return path;
}

/**
 * Older versions reject the feature gate that these tests enable, and a version
 * that was asked for must not be replaced by another one.
 */
async function requireVersion(
  apiserver: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const text = await run(apiserver, ["--version"]);
  const match = /v(\d+)\.(\d+)/.exec(text);
  if (match === null) return;
  const wanted = env.WATCHTOOLS_KUBE ?? "";
  if (wanted !== "" && !text.includes(`v${wanted}`)) {
    throw new BinaryUnavailableError(
      `Cannot use the kube-apiserver of KUBEBUILDER_ASSETS: it is ${
        match[0]
      }, ` +
        `the tests were asked to run on v${wanted}: set KUBEBUILDER_ASSETS to ` +
        "such a version, or to nothing to have it built",
    );
  }
  const [major = 0, minor = 0] = match.slice(1).map(Number);
  if (major > 1 || minor >= 36) return;
  throw new BinaryUnavailableError(
    `Cannot use the kube-apiserver of KUBEBUILDER_ASSETS: ` +
      `it is ${match[0]}, the tests need v1.36 or later: ` +
      "set KUBEBUILDER_ASSETS to such a version, or to nothing to have it built",
  );
}

/**
 * Returns the module that provides a program: that of the version to be tested,
 * if it does, otherwise the first one.
 */
function moduleOf(
  binary: Binary,
  env: Readonly<Record<string, string>>,
): GoModule {
  const { kube } = readVariant(env);
  const providers = modules.filter(({ packages }) =>
    Object.hasOwn(packages, binary)
  );
  const module = providers.find((module) => module.kube === kube) ??
    providers[0];
  if (module !== undefined) return module;
  throw new TypeError(`Cannot find ${binary}: no such program is known`);
}

/**
 * Returns the directory for the programs of a Go module, named by a digest of
 * its inputs.
 */
async function cacheDirectory(
  module: GoModule,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const base = env.XDG_CACHE_HOME ||
    (env.HOME === undefined ? undefined : `${env.HOME}/.cache`);
  if (base === undefined) {
    throw new BinaryUnavailableError(
      "Cannot choose a cache directory: set HOME or XDG_CACHE_HOME",
    );
  }
  const inputs = [Deno.build.target, buildFlags("").join(" ")];
  if (module.cgo) inputs.push("cgo");
  for (const file of ["go.mod", "go.sum", ...module.sources]) {
    inputs.push(await Deno.readTextFile(`${pathOf(module.directory)}/${file}`));
  }
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(inputs.join("\0")),
  );
  const key = new Uint8Array(digest).toHex().slice(0, 16);
  const name = module.directory.replaceAll("/", "-");
  return `${base}/watchtools/controlplane/${name}-${key}`;
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

/** The linker sets the version of a release in its binaries. */
function buildFlags(kubernetesVersion: string): string[] {
  const [major = "", minor = ""] = kubernetesVersion.slice(1).split(".");
  const variables = "k8s.io/component-base/version";
  const linker = [
    "-s -w",
    `-X ${variables}.gitVersion=${kubernetesVersion}`,
    `-X ${variables}.gitMajor=${major}`,
    `-X ${variables}.gitMinor=${minor}`,
  ];
  return ["-trimpath", "-buildvcs=false", "-ldflags", linker.join(" ")];
}

async function build(
  binary: Binary,
  module: GoModule,
  path: string,
  env: Readonly<Record<string, string>>,
  report: Report,
): Promise<void> {
  const directory = pathOf(module.directory);
  const pins = await Deno.readTextFile(`${directory}/go.mod`);
  const version = /k8s\.io\/kubernetes (v\S+)/.exec(pins)?.[1];
  const goPackage = module.packages[binary] ?? ".";
  const unfinished = `${path}.unfinished`;
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  report(`Building ${binary} with Go, once: this can take minutes`);
  const timer = setInterval(
    () => report(`Building ${binary}: ${seconds()} s so far`),
    30_000,
  );
  try {
    const flags = version === undefined
      ? ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"]
      : buildFlags(version);
    await run("go", ["build", ...flags, "-o", unfinished, goPackage], {
      cwd: directory,
      env: {
        ...env,
        CGO_ENABLED: module.cgo ? "1" : "0",
        GOFLAGS: "-mod=readonly",
        GOWORK: "off",
      },
    });
  } catch (error) {
    throw new Error(`Cannot build ${binary}: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    clearInterval(timer);
  }
  // Renamed at the end, so that an incomplete file is never found.
  await Deno.rename(unfinished, path);
  report(`Built ${binary} in ${seconds()} s: ${path}`);
}

async function succeeds(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  try {
    await run(command, args, { env });
    return true;
  } catch {
    return false;
  }
}

/** Returns the standard output of a command. Throws if it fails. */
async function run(
  command: string,
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Promise<string> {
  const output = await new Deno.Command(command, {
    args: [...args],
    clearEnv: options.env !== undefined,
    stdin: "null",
    ...options,
  }).output();
  const decoder = new TextDecoder();
  if (output.success) return decoder.decode(output.stdout);
  const end = decoder.decode(output.stderr).trim().split("\n").slice(-20);
  throw new Error(
    `${command} ended with code ${output.code}:\n${end.join("\n")}`,
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/**
 * The programs that CI runs: those of the oldest supported version, and
 * kube-apiserver of each newer one.
 */
async function* findAll(): AsyncGenerator<string> {
  for (const kube of kubeVersions) {
    const env = { ...Deno.env.toObject(), WATCHTOOLS_KUBE: kube };
    const needed = kube === kubeVersions[0]
      ? binaries
      : ["kube-apiserver"] as const;
    for (const binary of needed) yield await findBinary(binary, { env });
  }
}

if (import.meta.main) {
  for await (const path of findAll()) {
    Deno.stdout.writeSync(new TextEncoder().encode(`${path}\n`));
  }
}
