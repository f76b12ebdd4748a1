/**
 * What goes wrong at a fake server: which fault befalls a request, a watch that
 * is open, or the server, and when.
 *
 * @module
 */

import { pause } from "../internal/pause.ts";
import { startTimer, type Timer } from "../internal/timer.ts";
import type { Status } from "../api/types.ts";
import { ConnectionReset } from "./_connection_reset.ts";
import { FaultClock } from "./_fault_clock.ts";
import {
  type BodyFault,
  FaultFlow,
  type FlowSource,
  isBodyFault,
} from "./_fault_flow.ts";
import { type FaultRequest, isAbout } from "./_fault_request.ts";
import { parseTarget } from "./_request_target.ts";
import { verbOf } from "./_request_verb.ts";
import { HangingRequests } from "./_hanging_requests.ts";
import { statusOf, statusResponse } from "./_responses.ts";
import { tooLargeResourceVersion } from "./_statuses.ts";
import { watchBody } from "./_watch_body.ts";
import {
  type Fault,
  type FaultTarget,
  type RandomFaultOptions,
  randomFaults,
  type ScheduledFault,
  type UsedFault,
} from "./faults.ts";
import type { BodyKind } from "./server_behavior.ts";
import type { NextFaultOptions, ServerFaults } from "./server_faults.ts";

/** The server, as its faults need it. */
export interface FaultHost {
  /** The revision of the last change. */
  revision(): bigint;
  /** The oldest revision that there is. */
  compacted(): bigint;
  /** Lets all versions before the current one expire. */
  compact(): void;
  /** Lets all `continue` tokens expire. */
  expireContinue(): void;
  /** Goes back to an earlier revision. */
  restore(revision: bigint): void;
  /** The form of bodies. */
  readonly body: { readonly kind: BodyKind; readonly chunkSize: number };
}

/** An open watch, as its faults need it. */
export interface WatchFlowSource extends FlowSource {
  /** Ends the watch with an ERROR event. */
  readonly fail: (status: Status) => void;
  /** The target of the request. */
  readonly request: FaultRequest;
}

interface Pending {
  readonly target: FaultTarget;
  readonly fault: Fault;
  left: number;
}

/** Answers a request as the server does when nothing is wrong. */
type Respond = (
  query: URLSearchParams,
  fault: Fault | undefined,
) => Response;

/** The faults of one server. */
export class FaultInjector implements ServerFaults {
  readonly #host: FaultHost;
  readonly #clock = new FaultClock();
  readonly #hanging = new HangingRequests();
  readonly #used: UsedFault[] = [];
  readonly #flows = new Map<FaultFlow, WatchFlowSource | undefined>();
  readonly #timers = new Set<Timer>();
  #pending: Pending[] = [];
  #disposed = false;

  constructor(host: FaultHost) {
    this.#host = host;
  }

  get used(): readonly UsedFault[] {
    return this.#used;
  }

  next(
    target: FaultTarget,
    fault: Fault,
    options: NextFaultOptions = {},
  ): void {
    const { count = 1 } = options;
    if (!(count >= 0)) {
      throw new RangeError(
        `Cannot script ${count} faults: the number must not be negative`,
      );
    }
    this.#pending.push({ target, fault, left: count });
  }

  now(fault: Fault, target: FaultTarget = {}): void {
    if (this.#befallsServer(fault)) {
      this.#used.push({ at: Date.now(), fault });
      return;
    }
    for (const [flow, watch] of [...this.#flows]) {
      if (watch === undefined || !isAbout(target, watch.request)) continue;
      if (this.#befallsWatch(flow, watch, fault)) {
        this.#note(fault, watch.request);
      }
    }
  }

  schedule(
    faults: readonly ScheduledFault[] | RandomFaultOptions,
  ): readonly ScheduledFault[] {
    const scheduled = "seed" in faults ? randomFaults(faults) : faults;
    for (const each of scheduled) {
      this.#startTimer(() => this.#begin(each), each.atMs);
    }
    return scheduled;
  }

  clear(): void {
    this.#pending = [];
    for (const timer of this.#timers) timer.clear();
    this.#timers.clear();
    this.#clock.restore();
  }

  dispose(): void {
    this.#disposed = true;
    this.clear();
    this.drop();
  }

  /** Breaks the connections that a fault keeps open. */
  drop(): void {
    this.#hanging.drop(new ConnectionReset());
    for (const flow of [...this.#flows.keys()]) {
      flow.break(new ConnectionReset());
    }
  }

  /** Answers a request, unless a fault befalls it. */
  async answer(
    request: {
      readonly method: string;
      readonly url: URL;
      readonly headers: Headers;
    },
    signal: AbortSignal | undefined,
    respond: Respond,
  ): Promise<Response> {
    const about = faultRequest(request);
    const fault = this.#take(about);
    const { searchParams } = request.url;
    if (fault === undefined) return respond(searchParams, undefined);
    switch (fault.type) {
      case "refuse":
        throw new ConnectionReset();
      case "noAnswer":
        return await this.#hanging.answer(signal);
      case "slow":
        return await this.#later(
          respond(searchParams, fault),
          fault.delayMs,
          signal,
        );
      case "status":
        return statusAnswer(fault.code, fault.retryAfter);
      case "html":
        return htmlAnswer(fault.code);
      case "contentType":
        return withContentType(
          respond(searchParams, fault),
          fault.contentType,
        );
      case "laggingReplica":
        return this.#lagging(fault, about, { searchParams, respond });
      default:
        this.#befallsServer(fault);
        return await this.#withBody(
          respond(searchParams, fault),
          fault,
          about,
          signal,
        );
    }
  }

  /** The bytes of a watch; `fault` befalls it from the start. */
  flow(watch: WatchFlowSource, fault: Fault | undefined): FaultFlow {
    const flow = this.#open(watch, watch);
    if (fault?.type === "laggingReplica") flow.hold(fault.catchUpMs);
    else if (fault !== undefined) this.#befallsWatch(flow, watch, fault);
    return flow;
  }

  /** The body has ended, or the client has gone. */
  closed(flow: FaultFlow): void {
    flow.close();
    this.#flows.delete(flow);
  }

  #open(source: FlowSource, watch: WatchFlowSource | undefined): FaultFlow {
    const flow = new FaultFlow(source);
    this.#flows.set(flow, watch);
    return flow;
  }

  #take(about: FaultRequest): Fault | undefined {
    const pending = this.#pending.find(({ target, fault, left }) =>
      left > 0 && isAbout(target, about) && canBefall(fault, about)
    );
    if (pending === undefined) return undefined;
    pending.left--;
    if (pending.left === 0) {
      this.#pending = this.#pending.filter((each) => each !== pending);
    }
    this.#note(pending.fault, about);
    return pending.fault;
  }

  #note(fault: Fault, { verb, path, query, headers }: FaultRequest): void {
    this.#used.push({
      at: Date.now(),
      fault,
      request: { verb, path, query: Object.fromEntries(query), headers },
    });
  }

  #begin({ fault, target, lastsMs }: ScheduledFault): void {
    this.now(fault, target);
    if (isOfServer(fault) || lastsMs === 0) return;
    const pending: Pending = { target, fault, left: Infinity };
    this.#pending.push(pending);
    this.#startTimer(() => {
      this.#pending = this.#pending.filter((each) => each !== pending);
    }, lastsMs);
  }

  #befallsServer(fault: Fault): boolean {
    const host = this.#host;
    switch (fault.type) {
      case "expiredContinue":
        host.expireContinue();
        return true;
      case "compaction":
        host.compact();
        return true;
      case "restoredBackup":
        host.restore(this.#earlier(fault.versions));
        return true;
      case "clockJump":
        this.#clock.jump(fault.byMs);
        return true;
      default:
        return false;
    }
  }

  #befallsWatch(
    flow: FaultFlow,
    watch: WatchFlowSource,
    fault: Fault,
  ): boolean {
    if (fault.type === "errorEvent") watch.fail(statusOf(fault.status));
    else if (isBodyFault(fault)) flow.strike(fault);
    else return false;
    return true;
  }

  #earlier(versions: number): bigint {
    const earlier = this.#host.revision() - BigInt(versions);
    const oldest = this.#host.compacted();
    return earlier < oldest ? oldest : earlier;
  }

  async #later(
    response: Response,
    delayMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    try {
      await pause(delayMs, signal ?? new AbortController().signal);
      if (this.#disposed) throw new ConnectionReset();
      return response;
    } catch (error) {
      await response.body?.cancel().catch(() => {});
      throw error;
    }
  }

  #lagging(
    fault: Extract<Fault, { type: "laggingReplica" }>,
    { verb }: FaultRequest,
    { searchParams, respond }: {
      searchParams: URLSearchParams;
      respond: Respond;
    },
  ): Response {
    const query = new URLSearchParams(searchParams);
    const version = query.get("resourceVersion") ?? "";
    const reached = this.#earlier(fault.behind);
    const isAny = version === "0";
    const wants = /^[1-9][0-9]*$/.test(version) ? BigInt(version) : undefined;
    const initial = query.get("sendInitialEvents") === "true";
    const isRead = verb === "list" || initial;
    if (isRead && wants !== undefined && wants > reached) {
      return statusResponse(tooLargeResourceVersion(wants, reached).status);
    }
    if (verb === "watch") {
      return respond(query, initial ? undefined : fault);
    }
    const exact = query.get("resourceVersionMatch") === "Exact";
    if (verb === "list" && !exact && (isAny || wants !== undefined)) {
      query.set("resourceVersion", String(reached));
      query.set("resourceVersionMatch", "Exact");
      if (isAny) query.delete("limit");
    }
    return respond(query, fault);
  }

  /** Lets a fault befall the body of an answer that is not a watch. */
  async #withBody(
    response: Response,
    fault: Fault,
    { verb }: FaultRequest,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    if (!isBodyFault(fault)) return response;
    if (verb === "watch" && response.ok) return response;
    const { status } = response;
    const headers = new Headers(response.headers);
    // Or a body that is cut could not end cleanly.
    headers.delete("content-length");
    const bytes = new Uint8Array(await response.arrayBuffer());
    const body = this.#faultyBody(bytes, fault, signal);
    return new Response(body, { status, headers });
  }

  #faultyBody(
    bytes: Uint8Array,
    fault: BodyFault,
    signal: AbortSignal | undefined,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    const left = [bytes];
    let isStalled = false;
    const flow = this.#open({
      next: () => {
        const event = left.shift();
        if (event !== undefined) {
          return Promise.resolve({ type: "event", event });
        }
        if (isStalled) return new Promise(() => {});
        return Promise.resolve({ type: "end" });
      },
      onStall: () => isStalled = true,
    }, undefined);
    flow.strike(fault);
    return watchBody({
      ...this.#host.body,
      next: () => flow.next(),
      onClosed: () => this.closed(flow),
      signal,
    });
  }

  #startTimer(callback: () => void, delayMs: number): void {
    if (this.#disposed) return;
    const timer = startTimer(() => {
      this.#timers.delete(timer);
      callback();
    }, delayMs);
    this.#timers.add(timer);
  }
}

function faultRequest(
  { method, url, headers }: {
    readonly method: string;
    readonly url: URL;
    readonly headers: Headers;
  },
): FaultRequest {
  const { pathname: path, searchParams: query } = url;
  const isCollection = parseTarget(path)?.name === undefined;
  return { verb: verbOf(method, isCollection, query), path, query, headers };
}

/** Whether a fault befalls the server, at once and as a whole. */
function isOfServer({ type }: Fault): boolean {
  return type === "expiredContinue" || type === "compaction" ||
    type === "restoredBackup" || type === "clockJump";
}

function canBefall(fault: Fault, { verb, query }: FaultRequest): boolean {
  switch (fault.type) {
    case "errorEvent":
      return verb === "watch";
    case "laggingReplica":
      return verb === "watch" || verb === "list";
    case "expiredContinue":
      return verb === "list" && query.has("continue");
    default:
      return true;
  }
}

function statusAnswer(
  code: number,
  retryAfter: number | string | undefined,
): Response {
  const status = statusOf(code);
  return retryAfter === undefined
    ? statusResponse(status)
    : statusResponse(status, { "retry-after": String(retryAfter) });
}

const PAGE =
  "<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head>\n" +
  "<body><h1>Bad gateway</h1><p>The server is out for lunch — é.</p></body>\n" +
  "</html>\n";

function htmlAnswer(code: number): Response {
  const headers = { "content-type": "text/html; charset=utf-8" };
  return new Response(PAGE, { status: code, headers });
}

function withContentType(response: Response, contentType: string): Response {
  const headers = new Headers(response.headers);
  headers.set("content-type", contentType);
  return new Response(response.body, { status: response.status, headers });
}
