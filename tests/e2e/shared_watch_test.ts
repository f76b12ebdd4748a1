/**
 * Three processes share a resource on a real control plane, under a hundred
 * changes a second: one is killed, one is stopped and continued. Each object is
 * in one hand at a time, and no change is skipped.
 */

import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ControlPlane } from "../control_plane/control_plane.ts";
import { killIfRunning } from "../control_plane/kill_if_running.ts";
import { poll, within } from "./_within.ts";
import { e2eTest } from "./suite.ts";

const PATH = "/api/v1/namespaces/default/configmaps";
const SHARDS = 6;
const OBJECTS = 60;
const CHANGE_EVERY_MS = 10;

/** A change in the hand of a process. */
interface Hand {
  readonly id: string;
  readonly pid: number;
  readonly shard: number;
  readonly token: number;
  readonly type: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/**
 * What the handlers write to. Like anything that is written to by processes
 * that may be stopped, it refuses those that were overtaken.
 */
class Sink implements AsyncDisposable {
  readonly url: string;
  readonly handled = new Set<string>();
  readonly handledBy = new Map<number, number>();
  readonly violations: string[] = [];
  /** Writes of processes that had been overtaken. */
  refused = 0;
  /** Processes that do not run, or did not run while they had a hand. */
  readonly excused = new Set<number>();
  readonly #hands = new Map<string, Hand>();
  readonly #tokens = new Map<number, number>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const hand: Hand = await request.json();
        const isAccepted = new URL(request.url).pathname === "/begin"
          ? this.#begin(hand)
          : this.#end(hand);
        return new Response(null, { status: isAccepted ? 204 : 409 });
      },
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** The processes that hold the shards, by what was written last. */
  readonly holders = new Map<number, number>();

  /** What a process has in hand. */
  handsOf(pid: number): string[] {
    return [...this.#hands.values()].filter((hand) => hand.pid === pid)
      .map(({ id }) => id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #begin(hand: Hand): boolean {
    if (!this.#isCurrent(hand)) return false;
    for (const other of this.#hands.values()) {
      if (other.uid !== hand.uid || other.pid === hand.pid) continue;
      if (!this.excused.has(other.pid) || other.token >= hand.token) {
        this.violations.push(
          `${hand.uid} is in the hands of ${other.pid} (token ${other.token}) and ${hand.pid} (token ${hand.token})`,
        );
      }
    }
    this.#hands.set(hand.id, hand);
    this.holders.set(hand.shard, hand.pid);
    return true;
  }

  #end(hand: Hand): boolean {
    this.#hands.delete(hand.id);
    if (!this.#isCurrent(hand)) return false;
    const { type, uid, resourceVersion, pid } = hand;
    this.handled.add(type === "DELETED" ? uid : `${uid} ${resourceVersion}`);
    this.handledBy.set(pid, (this.handledBy.get(pid) ?? 0) + 1);
    return true;
  }

  #isCurrent({ shard, token, pid }: Hand): boolean {
    const newest = this.#tokens.get(shard) ?? 0;
    this.#tokens.set(shard, Math.max(newest, token));
    if (token >= newest) return true;
    this.refused++;
    if (!this.excused.has(pid)) {
      this.violations.push(`${pid} handles shard ${shard} with an old token`);
    }
    return false;
  }
}

/** Changes ConfigMaps, a hundred times a second. */
class Writer {
  /** What a handler has to have handled: as `Sink.handled`. */
  readonly written: string[] = [];
  readonly #plane: ControlPlane;
  readonly #uids = new Map<string, string>();
  readonly #busy = new Set<string>();
  readonly #pending = new Set<Promise<void>>();
  readonly #timer = setInterval(() => this.#change(), CHANGE_EVERY_MS);

  constructor(plane: ControlPlane) {
    this.#plane = plane;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }

  #change(): void {
    const name = `map-${Math.floor(Math.random() * OBJECTS)}`;
    if (this.#busy.has(name)) return;
    this.#busy.add(name);
    const change = this.#write(name).finally(() => {
      this.#busy.delete(name);
      this.#pending.delete(change);
    });
    this.#pending.add(change);
  }

  async #write(name: string): Promise<void> {
    const uid = this.#uids.get(name);
    if (uid !== undefined && Math.random() < 0.1) {
      await this.#plane.request("DELETE", `${PATH}/${name}`);
      this.#uids.delete(name);
      this.written.push(uid);
      return;
    }
    const body = {
      metadata: { name, labels: { test: "shared" } },
      data: { value: crypto.randomUUID() },
    };
    const { metadata } = uid === undefined
      ? await this.#plane.request("POST", PATH, body)
      : await this.#plane.request("PUT", `${PATH}/${name}`, body);
    const written = metadata?.uid ?? "";
    this.#uids.set(name, written);
    this.written.push(`${written} ${metadata?.resourceVersion}`);
  }
}

/** A replica, in a process of its own. */
class ReplicaProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  #isOver = false;

  constructor(plane: ControlPlane, sink: Sink) {
    const { server, token, caFile } = plane.client();
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-config",
        "--no-lock",
        "--no-check",
        "-A",
        `--cert=${caFile}`,
        fileURLToPath(new URL("_shared_watch_program.ts", import.meta.url)),
        server,
        PATH,
        `${SHARDS}`,
        sink.url,
      ],
      env: { TOKEN: token },
      stdin: "piped",
    }).spawn();
  }

  get pid(): number {
    return this.#child.pid;
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    killIfRunning(this.#child, "SIGKILL");
    await this.#child.status;
    await this.#child.stdin.abort();
  }

  /** Lets it stop by itself. */
  async stop(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#child.stdin.close();
    const { code } = await within("a replica to stop", this.#child.status);
    assertEquals(code, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

e2eTest(
  "sharedWatch() has each object in one hand at a time, and skips none",
  async () => {
    await using plane = await ControlPlane.start();
    await using sink = new Sink();
    await using a = new ReplicaProcess(plane, sink);
    await using b = new ReplicaProcess(plane, sink);
    await using c = new ReplicaProcess(plane, sink);
    // Every shard has a checkpoint before the first change.
    await poll("a checkpoint of each shard", async () => {
      const { items } = await plane.request("GET", PATH);
      return JSON.stringify(items).split("shared-checkpoint-").length > SHARDS;
    });
    const writer = new Writer(plane);
    const holders = (...pids: number[]) => () =>
      Promise.resolve(
        sink.holders.size === SHARDS &&
          [...sink.holders.values()].every((pid) => pids.includes(pid)) &&
          pids.every((pid) => [...sink.holders.values()].includes(pid)),
      );
    try {
      await poll("a share for each", holders(a.pid, b.pid, c.pid));

      sink.excused.add(a.pid);
      await a.kill();
      await poll("the shards to be taken", holders(b.pid, c.pid));

      sink.excused.add(b.pid);
      b.signal("SIGSTOP");
      await poll("the other shards to be taken", holders(c.pid));

      const hands = sink.handsOf(b.pid);
      b.signal("SIGCONT");
      await poll("what it had in hand to be over", () => {
        const now = sink.handsOf(b.pid);
        return Promise.resolve(!hands.some((id) => now.includes(id)));
      });
      await poll("a share for the one that goes on", holders(b.pid, c.pid));
      sink.excused.delete(b.pid);
      const handledBy = new Map(sink.handledBy);
      await poll("more changes", () => {
        const more = (pid: number) =>
          (sink.handledBy.get(pid) ?? 0) - (handledBy.get(pid) ?? 0);
        return Promise.resolve(more(b.pid) > 100 && more(c.pid) > 100);
      });
    } finally {
      await writer.stop();
    }
    await poll("all changes to be handled", () => {
      return Promise.resolve(
        writer.written.every((change) => sink.handled.has(change)),
      );
    });
    await Promise.all([b.stop(), c.stop()]);
    assertEquals(sink.violations, []);
    assert(writer.written.length > 1_000, `${writer.written.length} changes`);
  },
);
