/**
 * A program for testing what happens to a control plane when its parent process
 * is killed: it starts one, prints its directory, and waits.
 */

import { ControlPlane } from "../control_plane/control_plane.ts";

await using plane = await ControlPlane.start({ workloads: true });
Deno.stdout.writeSync(new TextEncoder().encode(`${plane.directory}\n`));
await Deno.stdin.read(new Uint8Array(1));
