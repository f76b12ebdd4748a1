// Which trusted authorities are a server's own certificate.

import { assertEquals } from "@std/assert";
import { isServersOwnAuthority } from "../../../cluster/transport/self_signed_server.ts";
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
  ["of the address", ownAuthority, "https://127.0.0.1:6443", true],
  ["of the name", ownAuthority, "https://localhost", true],
  [
    "of the name, among others",
    `${authority.certificate}\n${ownAuthority}`,
    "https://localhost",
    true,
  ],
  ["of another address", ownAuthority, "https://127.0.0.2", false],
  ["of another name", ownAuthority, "https://c.example", false],
  ["of no name", authority.certificate, "https://127.0.0.1", false],
  ["of the address, but no authority", server, "https://127.0.0.1", false],
  [
    "of an IPv6 address that it does not name",
    ownAuthority,
    "https://[::1]",
    false,
  ],
  ["that is not given", undefined, "https://127.0.0.1", false],
  ["that is not needed", ownAuthority, "http://127.0.0.1", false],
];

for (const [what, ca, server, own] of CASES) {
  Deno.test(`isServersOwnAuthority() is ${own} for one ${what}`, async () => {
    assertEquals(await isServersOwnAuthority(ca, server), own);
  });
}
