import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CheckpointMismatchError,
  type CheckpointStore,
  configMapCheckpoints,
  denoKvCheckpoints,
  durableObjectCheckpoints,
  fileCheckpoints,
  MemoryCheckpointStore,
} from "../../serverless/mod.ts";
import { FakeApiServer } from "../../testing/mod.ts";
import { FakeDurableObjectStorage, FakeKv } from "../support/fake_storages.ts";
import {
  checkpointAt,
  checkpointMatrix,
} from "../support/checkpoint_matrix.ts";

/** Somewhere to keep a checkpoint, and how to open a store on it. */
interface Place extends AsyncDisposable {
  open(): CheckpointStore;
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  MemoryCheckpointStore: () => {
    const store = new MemoryCheckpointStore();
    return Promise.resolve({
      open: () => store,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
  "denoKvCheckpoints()": () => {
    const kv = new FakeKv();
    return Promise.resolve({
      open: () => denoKvCheckpoints(kv, ["checkpoints", 1]),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
  "durableObjectCheckpoints()": () => {
    const storage = new FakeDurableObjectStorage();
    return Promise.resolve({
      open: () => durableObjectCheckpoints(storage),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
  "configMapCheckpoints()": () => {
    const server = new FakeApiServer();
    const client = {
      server: "https://kubernetes.default.svc",
      fetch: server.fetch,
    };
    return Promise.resolve({
      open: () => configMapCheckpoints(client, "jobs/checkpoint"),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    });
  },
  "fileCheckpoints()": async () => {
    const directory = await Deno.makeTempDir();
    return {
      open: () => fileCheckpoints(`${directory}/checkpoint.json`),
      [Symbol.asyncDispose]: async () => {
        // Nothing is left beside it.
        const names = Array.from(
          Deno.readDirSync(directory),
          ({ name }) => name,
        );
        await Deno.remove(directory, { recursive: true });
        assertEquals(names.filter((name) => name.includes("lock")), []);
      },
    };
  },
};

for (const [name, create] of Object.entries(places)) {
  for (const [what, check] of Object.entries(checkpointMatrix)) {
    Deno.test(`${name} ${what}`, async () => {
      await using place = await create();
      await check(() => place.open());
    });
  }
}

Deno.test("denoKvCheckpoints() keeps checkpoints in the real Deno KV", async () => {
  const program = new URL(
    "../support/kv_checkpoint_program.ts",
    import.meta.url,
  );
  const map = new URL("../../tools/import_map.npm.json", import.meta.url);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-lock",
      "--unstable-kv",
      `--import-map=${map.pathname}`,
      program.pathname,
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});

Deno.test("denoKvCheckpoints() reads again what is written while it is read", async () => {
  const kv = new FakeKv();
  const store = denoKvCheckpoints(kv, ["a"]);
  const first = checkpointAt(1, 200_000);
  const second = checkpointAt(2, 200_000);
  assertEquals(await store.save(first, undefined), true);
  const reader = denoKvCheckpoints(kv, ["a"]);
  let reads = 0;
  kv.onGet = async () => {
    if (++reads !== 2) return;
    assertEquals(await store.save(second, first), true);
  };
  assertEquals(await reader.load(), second);
});

Deno.test("configMapCheckpoints() keeps what else is in the ConfigMap", async () => {
  await using server = new FakeApiServer();
  server.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "state", namespace: "default", labels: { app: "web" } },
    data: { other: "value" },
  });
  const store = configMapCheckpoints({
    server: "https://kubernetes.default.svc",
    fetch: server.fetch,
  }, "state");
  assertEquals(await store.load(), undefined);
  assertEquals(await store.save(checkpointAt(1), undefined), true);
  assertEquals(await store.save(checkpointAt(2), checkpointAt(1)), true);
  const response = await server.fetch(
    "https://kubernetes.default.svc/api/v1/namespaces/default/configmaps/state",
  );
  const { metadata, data } = await response.json();
  assertEquals(metadata.labels, { app: "web" });
  assertEquals(data.other, "value");
});

Deno.test("configMapCheckpoints() says what is too large", async () => {
  await using server = new FakeApiServer();
  const store = configMapCheckpoints({
    server: "https://kubernetes.default.svc",
    fetch: server.fetch,
  }, "default/state");
  await assertRejects(
    () => store.save(checkpointAt(1, 1_000_000), undefined),
    RangeError,
    "1 MiB",
  );
});

Deno.test("configMapCheckpoints() refuses a name that is not one", () => {
  const client = { server: "https://kubernetes.default.svc" };
  for (const name of ["", "a/", "/a", "a/b/c"]) {
    assertThrows(() => configMapCheckpoints(client, name), TypeError);
  }
});

Deno.test("fileCheckpoints() refuses a file that is not a checkpoint", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, '{"format": 1, "resour');
  await assertRejects(
    () => fileCheckpoints(path).load(),
    CheckpointMismatchError,
  );
  await Deno.remove(path);
});

for (
  const [when, ageMs] of [["", 60_000], [
    " before the clock was set back",
    -3_600_000,
  ]] as const
) {
  Deno.test(`fileCheckpoints() takes over the lock of a process that was killed${when}`, async () => {
    const directory = await Deno.makeTempDir();
    const path = `${directory}/checkpoint.json`;
    await Deno.writeTextFile(`${path}.lock`, "someone");
    const created = new Date(Date.now() - ageMs);
    await Deno.utime(`${path}.lock`, created, created);
    assertEquals(
      await fileCheckpoints(path).save(checkpointAt(1), undefined),
      true,
    );
    assertEquals(await fileCheckpoints(path).load(), checkpointAt(1));
    await Deno.remove(directory, { recursive: true });
  });
}

Deno.test("fileCheckpoints() waits for the lock of another process", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/checkpoint.json`;
  await Deno.writeTextFile(`${path}.lock`, "someone");
  const saving = fileCheckpoints(path).save(checkpointAt(1), undefined);
  assertEquals(await fileCheckpoints(path).load(), undefined);
  await Deno.remove(`${path}.lock`);
  assertEquals(await saving, true);
  await Deno.remove(directory, { recursive: true });
});
