/**
 * A server for tests of commands, and a way to run commands against it.
 *
 * @module
 */

import { main } from "../../cli.ts";
import {
  FakeApiServer,
  type FakeApiServerOptions,
} from "../../testing/fake_api_server.ts";
import { FakeIo } from "./cli_io.ts";

/** The result of a command. */
export interface CliOutcome {
  code: number;
  stdout: string[];
  stderr: string[];
}

/** An HTTP server, against which commands are run. */
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

  /** Runs a command to completion. */
  async start(args: string, io = new FakeIo()): Promise<CliOutcome> {
    const code = await main([...args.split(" "), "--server", this.#url], io);
    return { code, stdout: io.stdout.lines, stderr: io.stderr.lines };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
