// Certificates and keys that are malformed or do not match.

import { assertRejects } from "@std/assert";
import { ConfigurationError } from "../../../api/configuration_error.ts";
import { checkCertificates } from "../../../cluster/transport/check_certificates.ts";
import {
  CertificateAuthority,
  issueWeakKey,
} from "../../control_plane/credentials.ts";
import { CERTIFICATE, KEY } from "../../support/kubeconfig_files.ts";

Deno.test("checkCertificates() accepts valid certificates and keys", async () => {
  const authority = await CertificateAuthority.create();
  const { certificate, key } = await authority.issueClient("a", []);
  const ca = `# ours\n${authority.certificate}\n${certificate}\n`;
  await checkCertificates(ca, { cert: certificate, key });
  await checkCertificates(undefined, undefined);
});

Deno.test("checkCertificates() names the certificate or key that is invalid", async () => {
  const authority = await CertificateAuthority.create();
  const { certificate: cert, key } = await authority.issueClient("a", []);
  const other = await authority.issueClient("a", []);
  await assertRejects(
    () =>
      checkCertificates(`${authority.certificate}\n${CERTIFICATE}`, undefined),
    ConfigurationError,
    "Cannot use the certificate-authority: its PEM content is malformed",
  );
  await assertRejects(
    () => checkCertificates(undefined, { cert: CERTIFICATE, key }),
    ConfigurationError,
    "Cannot use the client certificate: its PEM content is malformed",
  );
  await assertRejects(
    () => checkCertificates(undefined, { cert, key: KEY }),
    ConfigurationError,
    "Cannot use the client key: its PEM content is malformed",
  );
  await assertRejects(
    () => checkCertificates(undefined, { cert, key: other.key }),
    ConfigurationError,
    "Cannot use the client certificate: it does not match its key",
  );
});

Deno.test("checkCertificates() names a certificate and key that the runtime refuses", async () => {
  const { certificate: cert, key } = await issueWeakKey();
  await assertRejects(
    () => checkCertificates(undefined, { cert, key }),
    ConfigurationError,
    "Cannot use the client certificate and its key: ",
  );
});
