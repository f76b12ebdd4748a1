// When certificates are read again, and which of them are used.

import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  areSameCertificates,
  CertificateFiles,
} from "../../cluster/_certificate_files.ts";
import { findClusterAccess } from "../../cluster/_find_kubeconfig.ts";
import { CertificateAuthority } from "../control_plane/credentials.ts";
import { CERTIFICATE, Files } from "../support/kubeconfig_files.ts";

const authority = await CertificateAuthority.create();
const other = await CertificateAuthority.create();
const first = await authority.issueClient("me", []);
const second = await authority.issueClient("me", []);

/** Files with certificates, what reads them, and how often that is. */
class Setup implements Disposable {
  readonly files = new Files();
  readonly certificates: CertificateFiles;
  reads = 0;

  constructor() {
    const { files } = this;
    const access = findClusterAccess({
      server: "https://c.example",
      certificateAuthority: files.write("ca.crt", authority.certificate),
      clientCertificate: files.write("client.crt", first.certificate),
      clientKey: files.write("client.key", first.key),
    });
    this.certificates = new CertificateFiles({
      authority: () => {
        this.reads++;
        return access.authority?.() ?? "";
      },
      clientCertificate: access.clientCertificate,
    });
  }

  /** What is used now. */
  async used(): Promise<(string | undefined)[]> {
    const { ca, certificate } = await this.certificates.current();
    return [ca, certificate?.cert, certificate?.key];
  }

  [Symbol.dispose](): void {
    this.files[Symbol.dispose]();
  }
}

const before = [authority.certificate, first.certificate, first.key];
const after = [other.certificate, second.certificate, second.key];

/** Replaces all files. */
function replace(files: Files): void {
  files.write("ca.crt", other.certificate);
  files.write("client.crt", second.certificate);
  files.write("client.key", second.key);
}

Deno.test("CertificateFiles reads once for many requests, and again after five minutes", async () => {
  using time = new FakeTime();
  using setup = new Setup();
  assertEquals(await setup.used(), before);
  replace(setup.files);
  time.tick(5 * 60_000 - 1);
  assertEquals(await setup.used(), before);
  assertEquals(setup.reads, 1);
  time.tick(1);
  assertEquals(await Promise.all([setup.used(), setup.used()]), [after, after]);
  assertEquals(setup.reads, 2);
});

Deno.test("CertificateFiles reads again when the clock was set back", async () => {
  using setup = new Setup();
  {
    using _time = new FakeTime(10_000_000);
    assertEquals(await setup.used(), before);
  }
  replace(setup.files);
  using _time = new FakeTime(1000);
  assertEquals(await setup.used(), after);
});

Deno.test("CertificateFiles reads again when the last ones have expired", async () => {
  using setup = new Setup();
  assertEquals(await setup.used(), before);
  replace(setup.files);
  setup.certificates.expire();
  assertEquals(await setup.used(), after);
  assertEquals(await setup.used(), after);
  assertEquals(setup.reads, 2);
});

const BETWEEN: [what: string, change: (files: Files) => void][] = [
  ["a file is missing", ({ directory }) => {
    Deno.removeSync(`${directory}/ca.crt`);
    Deno.removeSync(`${directory}/client.key`);
  }],
  ["a file is empty", (files) => void files.write("ca.crt", "")],
  ["a file is cut off", (files) => {
    files.write("client.crt", second.certificate.slice(0, 100));
  }],
  ["only the certificate was replaced", (files) => {
    files.write("client.crt", second.certificate);
  }],
  ["only the key was replaced", (files) => {
    files.write("client.key", second.key);
  }],
  ["an authority is malformed", (files) => {
    files.write("ca.crt", other.certificate + CERTIFICATE);
  }],
];

for (const [what, change] of BETWEEN) {
  Deno.test(`CertificateFiles keeps the last certificates when ${what}, until they are whole again`, async () => {
    using setup = new Setup();
    assertEquals(await setup.used(), before);
    change(setup.files);
    setup.certificates.expire();
    assertEquals(await setup.used(), before);
    replace(setup.files);
    setup.certificates.expire();
    assertEquals(await setup.used(), after);
  });
}

Deno.test("areSameCertificates() compares all texts", () => {
  const certificate = { cert: "a", key: "b" };
  const given = { ca: "c", certificate };
  assertEquals(areSameCertificates(given, { ...given }), true);
  for (
    const changed of [
      { ca: undefined, certificate },
      { ca: "c", certificate: undefined },
      { ca: "c", certificate: { cert: "x", key: "b" } },
      { ca: "c", certificate: { cert: "a", key: "x" } },
    ]
  ) {
    assertEquals(areSameCertificates(given, changed), false);
  }
});
