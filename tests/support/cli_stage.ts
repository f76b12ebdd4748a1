/**
 * A server for tests of commands, and the commands that are run against it.
 *
 * @module
 */

import { main } from "../../cli.ts";
import {
  FakeApiServer,
  type FakeApiServerOptions,
} from "../../testing/fake_api_server.ts";
import { FakeIo } from "./cli_io.ts";

/** How a command ended. */
export interface CliOutcome {
  code: number;
  stdout: string[];
  stderr: string[];
}

/** A server over HTTP, and commands that are run against it. */
export class CliStage implements AsyncDisposable {
  readonly server: FakeApiServer;
  #url = "";

  private constructor(options: FakeApiServerOptions) {
    this.server = new FakeApiServer(options);
  }

  /** Starts the server. */
  static async set(options: FakeApiServerOptions = {}): Promise<CliStage> {
    const stage = new CliStage(options);
    stage.#url = (await stage.server.listen()).url;
    return stage;
  }

  /** Runs a command to its end. */
  async start(args: string, io = new FakeIo()): Promise<CliOutcome> {
    const code = await main([...args.split(" "), "--server", this.#url], io);
    return { code, stdout: io.stdout.lines, stderr: io.stderr.lines };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
