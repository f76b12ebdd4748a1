/** A short script that uses this library. */
import { RestListerWatcher } from "@watchtools/kube";
const path = "/api/v1/namespaces/default/pods";
const [server = "", token = ""] = ["SERVER", "TOKEN"].map((name) =>
  Deno.env.get(name)
);
await new RestListerWatcher({ server, path, token }).list({});
