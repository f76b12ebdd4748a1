// Certificates and keys that are malformed, or not of each other.

import { assertRejects } from "@std/assert";
import { checkCertificates } from "../../../cluster/transport/check_certificates.ts";
import { CertificateAuthority } from "../../control_plane/credentials.ts";
import { CERTIFICATE, KEY } from "../../support/kubeconfig_files.ts";

Deno.test("checkCertificates() lets pass what can be used", async () => {
  const authority = await CertificateAuthority.create();
  const { certificate, key } = await authority.issueClient("a", []);
  const ca = `# ours\n${authority.certificate}\n${certificate}\n`;
  await checkCertificates(ca, { cert: certificate, key });
  await checkCertificates(undefined, undefined);
});

Deno.test("checkCertificates() says what cannot be used", async () => {
  const authority = await CertificateAuthority.create();
  const { certificate: cert, key } = await authority.issueClient("a", []);
  const other = await authority.issueClient("a", []);
  await assertRejects(
    () =>
      checkCertificates(`${authority.certificate}\n${CERTIFICATE}`, undefined),
    Error,
    "Cannot use the certificate-authority: what its PEM holds is malformed",
  );
  await assertRejects(
    () => checkCertificates(undefined, { cert: CERTIFICATE, key }),
    Error,
    "Cannot use the client certificate: what its PEM holds is malformed",
  );
  await assertRejects(
    () => checkCertificates(undefined, { cert, key: KEY }),
    Error,
    "Cannot use the client key: what its PEM holds is malformed",
  );
  await assertRejects(
    () => checkCertificates(undefined, { cert, key: other.key }),
    Error,
    "Cannot use the client certificate: its key is that of another one",
  );
});
