/**
 * Sends the requests of a differential test to one server, and remembers its
 * answers, which later requests may refer to.
 *
 * @module
 */

import { field, isRecord } from "../../internal/json_fields.ts";
import type { HttpAnswer, HttpRequest } from "./_differential.ts";

/** Options for {@linkcode DifferentialClient}. */
export interface DifferentialClientOptions {
  /** The URL of the server. */
  readonly server: string;
  /** The certificate authority of the server. */
  readonly caCert?: string | undefined;
  /** The bearer tokens of its users; one without a token sends none. */
  readonly tokens: Readonly<Record<string, string>>;
}

/**
 * What to read of a watch: until nothing comes for a moment, up to the first
 * bookmark, or up to its end.
 */
export type Until = "quiet" | "bookmark" | "end";

/** How long nothing may come until a watch counts as quiet. */
const QUIET_MS = 700;

/** How long an event or the end of a watch may take. */
const EVENT_TIMEOUT_MS = 12_000;

/** A client of one server. */
export class DifferentialClient implements Disposable {
  readonly #options: DifferentialClientOptions;
  readonly #http: Deno.HttpClient;
  readonly #answers = new Map<string, HttpAnswer>();
  readonly #watches = new Map<string, OpenWatch>();

  constructor(options: DifferentialClientOptions) {
    this.#options = options;
    this.#http = Deno.createHttpClient({
      http2: false,
      ...(options.caCert === undefined ? {} : { caCerts: [options.caCert] }),
    });
  }

  /** Sends a request and remembers the answer under a name. */
  async send(name: string, request: HttpRequest): Promise<HttpAnswer> {
    const controller = new AbortController();
    const answering = this.#answer(request, controller.signal);
    const answer = await within(answering, EVENT_TIMEOUT_MS);
    if (answer === undefined) {
      controller.abort();
      await answering.catch(() => {});
      return { status: 0, headers: {}, body: "no answer" };
    }
    this.#answers.set(name, answer);
    return answer;
  }

  /** Opens a watch and keeps it open under a name. */
  async open(name: string, request: HttpRequest): Promise<HttpAnswer> {
    const controller = new AbortController();
    const answering = this.#fetch(request, controller.signal);
    const response = await within(answering, EVENT_TIMEOUT_MS);
    if (response === undefined) {
      controller.abort();
      await answering.catch(() => {});
      return { status: 0, headers: {}, body: "no answer" };
    }
    const headers = headersOf(response);
    const { status } = response;
    if (status !== 200 || response.body === null) {
      return { status, headers, body: parsed(await response.text()) };
    }
    this.#watches.set(name, new OpenWatch(response.body, controller));
    return { status, headers, body: undefined };
  }

  /** Reads events of an open watch. */
  async read(name: string, until: Until): Promise<HttpAnswer> {
    const watch = this.#watches.get(name);
    if (watch === undefined) {
      return { status: 0, headers: {}, body: "no watch" };
    }
    const body = await watch.read(until);
    const answer = { status: 200, headers: {}, body };
    this.#answers.set(name, answer);
    return answer;
  }

  /** Closes a watch. */
  async close(name: string): Promise<void> {
    await this.#watches.get(name)?.close();
    this.#watches.delete(name);
  }

  /** Returns a value from an answer; an empty string if it is not there. */
  value(name: string, ...path: readonly string[]): string {
    let value: unknown = this.#answers.get(name)?.body;
    for (const step of path) {
      value = Array.isArray(value)
        ? value.at(Number(step))
        : field(value, step);
    }
    return typeof value === "string" || typeof value === "number"
      ? String(value)
      : "";
  }

  /** Returns the object of an answer; an empty one if there is none. */
  object(name: string): Record<string, unknown> {
    const body = this.#answers.get(name)?.body;
    return isRecord(body) ? { ...body } : {};
  }

  /** Closes all watches and connections. */
  async finish(): Promise<void> {
    for (const name of [...this.#watches.keys()]) await this.close(name);
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }

  async #answer(
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const response = await this.#fetch(request, signal);
    const { status } = response;
    const headers = headersOf(response);
    return { status, headers, body: parsed(await response.text()) };
  }

  async #fetch(
    { method, path, headers = {}, body, user = "admin" }: HttpRequest,
    signal?: AbortSignal,
  ): Promise<Response> {
    const all = new Headers(headers);
    const bearer = this.#options.tokens[user];
    if (bearer !== undefined) {
      all.set("authorization", `Bearer ${bearer}`);
    }
    if (body !== undefined && !all.has("content-type")) {
      all.set("content-type", "application/json");
    }
    all.set("user-agent", "differential/1");
    return await fetch(this.#options.server + path, {
      method,
      headers: all,
      client: this.#http,
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** A watch that stays open between reads. */
class OpenWatch {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #controller: AbortController;
  readonly #decoder = new TextDecoder();
  #pending:
    | Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>>
    | undefined;
  #text = "";

  constructor(
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
    controller: AbortController,
  ) {
    this.#controller = controller;
    this.#reader = body.getReader();
  }

  async read(until: Until): Promise<unknown[]> {
    const events: unknown[] = [];
    for (;;) {
      const timeoutMs = until === "quiet" ? QUIET_MS : EVENT_TIMEOUT_MS;
      const line = await this.#line(timeoutMs);
      if (line === "quiet" && until === "quiet") return events;
      if (line === "end" || line === "quiet") return [...events, line];
      const event = parsed(line);
      const isBookmark = field(event, "type") === "BOOKMARK";
      // How many bookmarks come before the end is a matter of timing.
      if (isBookmark && field(events.at(-1), "type") === "BOOKMARK") {
        events.pop();
      }
      events.push(event);
      if (isBookmark && until === "bookmark") return events;
    }
  }

  async close(): Promise<void> {
    // On Deno, a read that is pending when the request is aborted may never end.
    await this.#reader.cancel().catch(() => {});
    await this.#pending?.catch(() => {});
    this.#controller.abort();
  }

  async #line(timeoutMs: number): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end !== -1) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      this.#pending ??= this.#reader.read();
      const result = await within(this.#pending, timeoutMs);
      if (result === undefined) return "quiet";
      this.#pending = undefined;
      if (result.done) return "end";
      this.#text += this.#decoder.decode(result.value, { stream: true });
    }
  }
}

async function within<T>(
  promise: Promise<T>,
  timeoutMs: number,
): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function headersOf({ headers }: Response): HttpAnswer["headers"] {
  return {
    "content-type": headers.get("content-type") ?? undefined,
    "retry-after": headers.get("retry-after") ?? undefined,
    "content-encoding": headers.get("content-encoding") ?? undefined,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
