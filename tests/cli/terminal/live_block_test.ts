/**
 * Blocks of lines on an emulated terminal: the tests check what it shows, not
 * the escape sequences.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { LiveBlock, type LiveLine } from "../../../cli/terminal/live_block.ts";
import { FakeTerminal } from "../../support/fake_terminal.ts";

function lines(...texts: readonly string[]): LiveLine[] {
  return texts.map((text) => ({ text, width: text.length }));
}

const SIZE = { columns: 20, rows: 6 };

Deno.test("LiveBlock draws in place, below the existing lines", () => {
  const terminal = new FakeTerminal(SIZE);
  const block = new LiveBlock();
  terminal.write("$ watch\r\n");
  terminal.write(block.draw(lines("a 1", "b 2", "status"), SIZE));
  assertEquals(terminal.lines, ["$ watch", "a 1", "b 2", "status"]);
  terminal.write(block.draw(lines("a 1", "c", "d", "other"), SIZE));
  assertEquals(terminal.lines, ["$ watch", "a 1", "c", "d", "other"]);
  terminal.write(block.draw(lines("a", "s"), SIZE));
  assertEquals(terminal.lines, ["$ watch", "a", "s"]);
});

Deno.test("LiveBlock hides the cursor only while drawing, and erases echoed keys", () => {
  const terminal = new FakeTerminal(SIZE);
  const block = new LiveBlock();
  terminal.write(block.draw(lines("a", "status"), SIZE));
  // The cursor is visible if the process is stopped or killed here.
  assertEquals(terminal.isCursorShown, true);
  terminal.write("^C");
  terminal.write(block.end(lines("a"), SIZE));
  assertEquals(terminal.lines, ["a"]);
  assertEquals([terminal.isCursorShown, terminal.row, terminal.column], [
    true,
    1,
    0,
  ]);
  assertEquals(terminal.wraps, true);
});

Deno.test("LiveBlock writes nothing at the end if it has not drawn", () => {
  assertEquals(new LiveBlock().end(lines("a"), SIZE), "");
  const terminal = new FakeTerminal(SIZE);
  const block = new LiveBlock();
  terminal.write("before\r\n");
  terminal.write(block.draw(lines("status"), SIZE));
  terminal.write(block.end([], SIZE));
  assertEquals(terminal.lines, ["before"]);
  assertEquals([terminal.row, terminal.column], [1, 0]);
});

Deno.test("LiveBlock scrolls at the end of the terminal", () => {
  const terminal = new FakeTerminal(SIZE);
  const block = new LiveBlock();
  for (const text of ["1", "2", "3", "4"]) terminal.write(`${text}\r\n`);
  terminal.write(block.draw(lines("a", "b", "c"), SIZE));
  terminal.write(block.draw(lines("a", "b", "c", "d", "e"), SIZE));
  assertEquals(terminal.lines, ["4", "a", "b", "c", "d", "e"]);
  terminal.write(block.draw(lines("A", "B", "C", "D", "E"), SIZE));
  assertEquals(terminal.lines, ["4", "A", "B", "C", "D", "E"]);
});

Deno.test("LiveBlock finds its first line after the terminal became narrower", () => {
  const terminal = new FakeTerminal(SIZE);
  const block = new LiveBlock();
  terminal.write("$ watch\r\n");
  terminal.write(block.draw(lines("a".repeat(15), "b", "c".repeat(12)), SIZE));
  const narrow = { columns: 10, rows: 6 };
  terminal.resize(narrow);
  assertEquals(terminal.lines.length, 6);
  terminal.write(block.draw(lines("aaaaaaaa…", "b", "s"), narrow));
  assertEquals(terminal.lines, ["$ watch", "aaaaaaaa…", "b", "s"]);
});

Deno.test("LiveBlock does not count colors as characters", () => {
  const terminal = new FakeTerminal(SIZE);
  const block = new LiveBlock();
  const green = { text: `\x1b[32m${"a".repeat(18)}\x1b[39m`, width: 18 };
  terminal.write(block.draw([green, ...lines("b")], SIZE));
  terminal.write(block.draw([green, ...lines("c")], SIZE));
  assertEquals(terminal.lines, ["a".repeat(18), "c"]);
});
