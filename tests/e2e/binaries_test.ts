import {
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  type Binary,
  BinaryUnavailableError,
  findBinary,
  whyUnavailable,
} from "../control_plane/binaries.ts";
import { readVariant } from "../control_plane/variant.ts";

/** An initially empty directory for programs. */
class Assets implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<Assets> {
    return new Assets(await Deno.makeTempDir());
  }

  /** Adds a program that prints a text. */
  async add(name: Binary, text: string): Promise<string> {
    const path = `${this.directory}/${name}`;
    await Deno.writeTextFile(path, `#!/bin/sh\necho '${text}'\n`, {
      mode: 0o755,
    });
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** An environment with an empty cache and without Go. */
function environment(assets: Assets): Record<string, string> {
  return {
    KUBEBUILDER_ASSETS: assets.directory,
    XDG_CACHE_HOME: `${assets.directory}/cache`,
    PATH: "/nowhere",
  };
}

Deno.test("findBinary() finds a program in KUBEBUILDER_ASSETS", async () => {
  await using assets = await Assets.create();
  const path = await assets.add("etcd", "etcd Version: 3.6.8");
  assertEquals(await findBinary("etcd", { env: environment(assets) }), path);
});

Deno.test("findBinary() throws if kube-apiserver is too old", async () => {
  await using assets = await Assets.create();
  await assets.add("kube-apiserver", "Kubernetes v1.35.9");
  const error = await assertRejects(
    () => findBinary("kube-apiserver", { env: environment(assets) }),
    BinaryUnavailableError,
  );
  assertEquals(
    error.message,
    "Cannot use the kube-apiserver of KUBEBUILDER_ASSETS: it is v1.35, the " +
      "tests need v1.36 or later: set KUBEBUILDER_ASSETS to such a version, " +
      "or to nothing to have it built",
  );
});

Deno.test("findBinary() accepts a kube-apiserver that is new enough", async () => {
  await using assets = await Assets.create();
  const path = await assets.add("kube-apiserver", "Kubernetes v2.0.0");
  const env = environment(assets);
  assertEquals(await findBinary("kube-apiserver", { env }), path);
});

Deno.test("findBinary() accepts only the version that was asked for", async () => {
  await using assets = await Assets.create();
  const path = await assets.add("kube-apiserver", "Kubernetes v1.37.2");
  const env = environment(assets);
  const find = (kube: string) =>
    findBinary("kube-apiserver", { env: { ...env, WATCHTOOLS_KUBE: kube } });
  assertEquals(await find("1.37.2"), path);
  const error = await assertRejects(
    () => find("1.36.1"),
    BinaryUnavailableError,
  );
  assertEquals(
    error.message,
    "Cannot use the kube-apiserver of KUBEBUILDER_ASSETS: it is v1.37, the " +
      "tests were asked to run on v1.36.1: set KUBEBUILDER_ASSETS to such a " +
      "version, or to nothing to have it built",
  );
});

Deno.test("findBinary() builds only kube-apiserver of a newer version", async () => {
  await using assets = await Assets.create();
  const go = `${assets.directory}/go`;
  const script = '#!/bin/sh\n[ "$1" = version ] && exit\n' +
    'while [ "$1" != -o ]; do shift; done\n: >"$2"\n';
  await Deno.writeTextFile(go, script, { mode: 0o755 });
  const env = {
    ...environment(assets),
    PATH: `${assets.directory}:/bin:/usr/bin`,
  };
  const report = () => {};
  const find = (binary: Binary, kube: string) =>
    findBinary(binary, { env: { ...env, WATCHTOOLS_KUBE: kube }, report });
  assertEquals(await find("etcd", "1.37.2"), await find("etcd", "1.36.1"));
  assertNotEquals(
    await find("kube-apiserver", "1.37.2"),
    await find("kube-apiserver", "1.36.1"),
  );
});

Deno.test("readVariant() is the oldest supported version with etcd by default", () => {
  assertEquals(readVariant({}), {
    kube: "1.36.1",
    store: "etcd",
    featureGates: "",
  });
});

Deno.test("readVariant() names the versions that can be chosen", () => {
  assertThrows(
    () => readVariant({ WATCHTOOLS_KUBE: "1.35.0" }),
    RangeError,
    "Cannot use WATCHTOOLS_KUBE='1.35.0': choose one of 1.36.1, 1.37.2",
  );
});

Deno.test("findBinary() says what to do if a program can neither be found nor built", async () => {
  await using assets = await Assets.create();
  const env = environment(assets);
  const message = "Cannot find kwok for the end-to-end tests: install Go, " +
    "which builds it, or set KUBEBUILDER_ASSETS to a directory that holds it";
  assertEquals(await whyUnavailable("kwok", { env }), message);
  const error = await assertRejects(
    () => findBinary("kwok", { env }),
    BinaryUnavailableError,
  );
  assertEquals(error.message, message);
});

Deno.test("whyUnavailable() names the C compiler that a program needs", async () => {
  await using assets = await Assets.create();
  const script = "#!/bin/sh\nexit 0\n";
  const add = (name: string) =>
    Deno.writeTextFile(`${assets.directory}/${name}`, script, { mode: 0o755 });
  const env = { ...environment(assets), PATH: assets.directory };
  await add("go");
  assertEquals(
    await whyUnavailable("kine", { env }),
    "Cannot find kine for the end-to-end tests: install a C compiler (cc), " +
      "which builds it, or set KUBEBUILDER_ASSETS to a directory that holds it",
  );
  assertEquals(await whyUnavailable("etcd", { env }), undefined);
  await add("cc");
  assertEquals(await whyUnavailable("kine", { env }), undefined);
});

Deno.test("findBinary() shows the last lines of a failed build", async () => {
  await using assets = await Assets.create();
  const go = `${assets.directory}/go`;
  const script =
    '#!/bin/sh\n[ "$1" = version ] || { echo broken >&2; exit 1; }\n';
  await Deno.writeTextFile(go, script, { mode: 0o755 });
  const env = { ...environment(assets), PATH: `${assets.directory}:/bin` };
  const lines: string[] = [];
  const report = (line: string) => lines.push(line);
  const error = await assertRejects(
    () => findBinary("oracle", { env, report }),
    Error,
    "Cannot build oracle: go ended with code 1:\nbroken",
  );
  assertEquals(error instanceof BinaryUnavailableError, false);
  assertEquals(lines, [
    "Building oracle with Go, once: this can take minutes",
  ]);
});
