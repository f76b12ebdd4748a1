/**
 * The status line and other lines, which never mix.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { Screen } from "../../../cli/terminal/screen.ts";
import { FakeIo } from "../../support/cli_io.ts";

const WIPE = "\r\x1b[2K";

/** The text of a drawn line. */
function drawn(text: string): string {
  return `${WIPE}\x1b[?7l${text}\x1b[?7h`;
}

/** A terminal without colors. */
function plainTerminal(): FakeIo {
  return new FakeIo({ terminal: true, env: { NO_COLOR: "1" } });
}

Deno.test("Screen redraws the status line when it has changed", async () => {
  using time = new FakeTime();
  const io = plainTerminal();
  await using screen = new Screen(io);
  let text = "one";
  screen.show(() => ({ lead: "0s", text, trail: "" }));
  await time.tickAsync(300);
  text = "two";
  await time.tickAsync(100);
  await time.runMicrotasks();
  assertEquals(io.stderr.text, drawn("0s  one") + drawn("0s  two"));
});

Deno.test("Screen erases the status line before other lines, and redraws it", async () => {
  using time = new FakeTime();
  const io = plainTerminal();
  await using screen = new Screen(io);
  screen.show(() => ({ lead: "0s", text: "busy", trail: "" }));
  await time.tickAsync(100);
  await screen.result("done");
  assertEquals(io.stdout.text, "done\n");
  assertEquals(io.stderr.text, drawn("0s  busy") + WIPE);
  await time.tickAsync(100);
  await time.runMicrotasks();
  assertEquals(
    io.stderr.text,
    drawn("0s  busy") + WIPE + drawn("0s  busy"),
  );
});

Deno.test("Screen erases the status line at the end", async () => {
  using time = new FakeTime();
  const io = plainTerminal();
  {
    await using screen = new Screen(io);
    screen.show(() => ({ lead: "0s", text: "busy", trail: "" }));
    await time.tickAsync(100);
    screen.hide();
    screen.hide();
    screen.note("bye");
  }
  assertEquals(
    io.stderr.text,
    drawn("0s  busy") + WIPE + WIPE + "bye\n",
  );
  assertEquals(time.next(), false);
});

Deno.test("Screen truncates the status line, with room for ^C", async () => {
  using time = new FakeTime();
  const io = plainTerminal();
  io.stderr.columns = 40;
  await using screen = new Screen(io);
  screen.show(() => ({
    lead: "12s",
    text: "deployment.apps/web: Available=False",
    trail: "2 restarts: connection lost",
  }));
  await time.tickAsync(100);
  await time.runMicrotasks();
  const line = "12s  deployment.apps/web:…  2 restar…";
  assertEquals(line.length, 37);
  assertEquals(io.stderr.text, drawn(line));
});

Deno.test("Screen prints changes of the status if stderr is not a terminal", async () => {
  using time = new FakeTime();
  const io = new FakeIo();
  await using screen = new Screen(io);
  let text = "";
  screen.show(() => ({ lead: "0s", text, trail: "1 restart" }));
  screen.changed();
  text = "one";
  screen.changed();
  text = "two";
  screen.changed();
  text = "three";
  await time.tickAsync(999);
  await time.runMicrotasks();
  assertEquals(io.stderr.lines, ["one"]);
  await time.tickAsync(1);
  await time.tickAsync(3_000);
  await time.runMicrotasks();
  assertEquals(io.stderr.lines, ["one", "three"]);
  screen.recap("three");
  screen.recap("four");
  screen.aside("printed only here");
  screen.hide();
  await time.runMicrotasks();
  assertEquals(io.stderr.lines, ["one", "three", "four", "printed only here"]);
});

Deno.test("Screen.aside() prints nothing on a terminal", async () => {
  const io = plainTerminal();
  await using screen = new Screen(io);
  screen.aside("shown in the line");
  await screen.result("result");
  assertEquals(io.stderr.text, "");
});

Deno.test("Screen has colors only on a terminal without NO_COLOR", async () => {
  const red = async (io: FakeIo) => (await Screen.open(io)).colors.red("x");
  assertStringIncludes(
    await red(new FakeIo({ terminal: true })),
    "\x1b[31m",
  );
  assertEquals(await red(plainTerminal()), "x");
  assertEquals(await red(new FakeIo()), "x");
  const dumb = new FakeIo({ terminal: true, env: { TERM: "dumb" } });
  assertEquals(await red(dumb), "x");
});

Deno.test("Screen can draw on a terminal that supports escape sequences", async () => {
  const terminal = await Screen.open(new FakeIo({ terminal: true }));
  assertEquals(terminal.canDraw, true);
  assertEquals(terminal.size, { columns: 80, rows: 24 });
  assertStringIncludes(terminal.drawColors?.green("x") ?? "", "\x1b[32m");
  const plain = await Screen.open(plainTerminal());
  assertEquals([plain.canDraw, plain.drawColors], [true, undefined]);
  const dumb = new FakeIo({ terminal: true, env: { TERM: "dumb" } });
  for (const io of [new FakeIo(), dumb]) {
    const screen = await Screen.open(io);
    assertEquals([screen.canDraw, screen.drawColors], [false, undefined]);
  }
});

Deno.test("Screen.print() writes text unchanged", async () => {
  const io = new FakeIo();
  await using screen = new Screen(io);
  await screen.print("a");
  await screen.print("");
  await screen.print("b\nc");
  assertEquals(io.stdout.text, "ab\nc");
});
