/**
 * A client of a `FakeApiServer` in the same process.
 *
 * @module
 */

import { listField, textField } from "../../internal/json_fields.ts";
import type { FakeApiServer, StoredObject } from "../../testing/mod.ts";

/** An answer. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The text of the body. */
  readonly text: string;
  /** The body; an empty object if it is not JSON. */
  readonly body: StoredObject;
  /** The message of a Status. */
  readonly message: string;
  /** The names of the items of a list. */
  readonly names: string[];
}

/** Sends requests. PATCH sends a merge patch unless a header says otherwise. */
export class FakeClient implements AsyncDisposable {
  readonly server: FakeApiServer;

  constructor(server: FakeApiServer) {
    this.server = server;
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<FakeAnswer> {
    const type = method === "PATCH"
      ? "application/merge-patch+json"
      : "application/json";
    const response = await this.server.fetch(`http://fake.invalid${path}`, {
      method,
      headers: { "content-type": type, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: StoredObject = text.startsWith("{") ? JSON.parse(text) : {};
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: json,
      message: textField(json, "message") ?? "",
      names: listField(json, "items").map((item) =>
        textField(item, "metadata", "name") ?? ""
      ),
    };
  }

  async watch(path: string): Promise<FakeWatch> {
    return new FakeWatch(
      await this.server.fetch(`http://fake.invalid${path}`),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

/** A watch that ends by itself. */
export class FakeWatch {
  readonly #response: Response;

  constructor(response: Response) {
    this.#response = response;
  }

  /** Waits for the end, and returns the types of the events. */
  async types(): Promise<string[]> {
    return (await this.events()).map((event) => textField(event, "type") ?? "");
  }

  /** Waits for the end, and returns the events. */
  async events(): Promise<unknown[]> {
    const text = await this.#response.text();
    return text.split("\n").filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line));
  }
}
