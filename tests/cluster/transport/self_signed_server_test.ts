// Which trusted authorities are the certificate of the server itself.

import { assertEquals } from "@std/assert";
import { isSelfSignedServer } from "../../../cluster/transport/self_signed_server.ts";
import {
  CertificateAuthority,
  issueSelfSignedAuthority,
} from "../../control_plane/credentials.ts";

const { certificate: ownAuthority } = await issueSelfSignedAuthority();
const authority = await CertificateAuthority.create();
const { certificate: server } = await authority.issueServer();

const CASES: [
  what: string,
  ca: string | undefined,
  server: string,
  own: boolean,
][] = [
  ["a CA for the address", ownAuthority, "https://127.0.0.1:6443", true],
  ["a CA for the name", ownAuthority, "https://localhost", true],
  [
    "a CA for the name, among others",
    `${authority.certificate}\n${ownAuthority}`,
    "https://localhost",
    true,
  ],
  ["a CA for another address", ownAuthority, "https://127.0.0.2", false],
  ["a CA for another name", ownAuthority, "https://c.example", false],
  ["a CA for no name", authority.certificate, "https://127.0.0.1", false],
  ["a certificate that is not a CA", server, "https://127.0.0.1", false],
  [
    "a CA without the IPv6 address",
    ownAuthority,
    "https://[::1]",
    false,
  ],
  ["no CA", undefined, "https://127.0.0.1", false],
  ["a CA for a server without TLS", ownAuthority, "http://127.0.0.1", false],
];

for (const [what, ca, server, own] of CASES) {
  Deno.test(`isSelfSignedServer() is ${own} when given ${what}`, async () => {
    assertEquals(await isSelfSignedServer(ca, server), own);
  });
}
