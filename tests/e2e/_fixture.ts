/**
 * A program for the tests of what becomes of a control plane whose process is
 * killed: it starts one, prints the directory of its files, and waits.
 */

import { ControlPlane } from "../control_plane/control_plane.ts";

await using plane = await ControlPlane.start({ workloads: true });
Deno.stdout.writeSync(new TextEncoder().encode(`${plane.directory}\n`));
await Deno.stdin.read(new Uint8Array(1));
