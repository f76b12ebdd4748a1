/** The suite as the script of a page, whose host serves the stage's calls. */

import { runSuite } from "./_suite.ts";

// A browser opens six connections to a host over HTTP/1.1, and shares one over
// HTTP/2: neither can be changed from a page.
await runSuite({
  stage: location.origin,
  without: ["200 watches at once", "a stalled TLS connection"],
});
