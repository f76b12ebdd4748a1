import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compareResourceVersions } from "../../mod.ts";

const ORDERED: [older: string, newer: string][] = [
  ["1", "2"],
  ["9", "10"],
  ["99", "100"],
  ["9007199254740992", "9007199254740993"],
  ["18446744073709551615", "18446744073709551616"],
  ["9".repeat(400), `1${"0".repeat(400)}`],
  [`${"7".repeat(400)}1`, `${"7".repeat(400)}2`],
];

for (const [older, newer] of ORDERED) {
  const shown = `${older.slice(0, 30)} and ${newer.slice(0, 30)}`;
  Deno.test(`compareResourceVersions() orders ${shown}`, () => {
    assertEquals(compareResourceVersions(older, newer), -1);
    assertEquals(compareResourceVersions(newer, older), 1);
    assertEquals(compareResourceVersions(older, older.slice()), 0);
    assertEquals(compareResourceVersions(newer, newer.slice()), 0);
  });
}

Deno.test("compareResourceVersions() orders random versions as integers", () => {
  const version = fc.bigInt({ min: 1n, max: 2n ** 200n });
  fc.assert(fc.property(version, version, (a, b) => {
    const expected = a < b ? -1 : a > b ? 1 : 0;
    assertEquals(compareResourceVersions(`${a}`, `${b}`), expected);
  }));
});

const MALFORMED = [
  "",
  "0",
  "01",
  "-1",
  "+1",
  "1.5",
  "1e3",
  "0x1",
  " 1",
  "1 ",
  "1\n",
  "one",
  "١",
];

for (const version of MALFORMED) {
  const shown = JSON.stringify(version);
  Deno.test(`compareResourceVersions() throws TypeError when one is ${shown}`, () => {
    for (
      const compare of [
        () => compareResourceVersions(version, "1"),
        () => compareResourceVersions("1", version),
        () => compareResourceVersions(version, version),
      ]
    ) {
      assertStringIncludes(assertThrows(compare, TypeError).message, shown);
    }
  });
}

Deno.test("compareResourceVersions() throws TypeError when one is not a string", () => {
  const compare = (...versions: unknown[]) =>
    Reflect.apply(compareResourceVersions, undefined, versions);
  assertThrows(() => compare(1, "1"), TypeError, "Cannot compare");
  assertThrows(() => compare("1", undefined), TypeError, "Cannot compare");
});
