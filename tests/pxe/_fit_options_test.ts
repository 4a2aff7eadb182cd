import { assert, assertEquals } from "@std/assert";
import { fitOptions, type OptionRooms } from "../../pxe/_fit_options.ts";
import type { OptionPart } from "../../pxe/_option_area.ts";
import { forAll } from "../_random.ts";
import { octets } from "../packet/_octets.ts";
import { randomDhcpPacket } from "./_packet.ts";

function sizeOf(parts: readonly OptionPart[]): number {
  return parts.reduce((sum, { value }) => sum + 2 + value.length, 0);
}

function codesOf(parts: readonly OptionPart[]): number[] {
  return parts.map(({ code }) => code);
}

Deno.test("fitOptions() never fills an area beyond its room, and drops nothing that there is room for", () => {
  forAll(2000, (random) => {
    const { options } = randomDhcpPacket(random);
    const rooms: OptionRooms = {
      options: random.between(3, 600),
      file: random.pick([0, 127]),
      serverName: random.pick([0, 63]),
    };
    const dropped: number[] = [];
    const areas = fitOptions(options, rooms, (code) => dropped.push(code));
    const overloads = areas.file.length + areas.serverName.length > 0;
    assert(sizeOf(areas.options) + (overloads ? 3 : 0) <= rooms.options);
    assert(sizeOf(areas.file) <= rooms.file);
    assert(sizeOf(areas.serverName) <= rooms.serverName);

    const parts = [...areas.options, ...areas.file, ...areas.serverName];
    const all = new Set([...codesOf(parts), ...dropped]);
    assertEquals(all, new Set(options.keys()));
    assertEquals(all.size, new Set(codesOf(parts)).size + dropped.length);
    for (const [code, value] of options) {
      if (dropped.includes(code)) continue;
      const written = parts.filter((part) => part.code === code)
        .flatMap((part) => [...part.value]);
      assertEquals(written, [...value]);
    }
    const large: OptionRooms = { ...rooms, options: 20_000 };
    assertEquals(fitOptions(options, large).file, []);
  });
});

Deno.test("fitOptions() gives room to what matters more, and what is left to whatever fits", () => {
  const options = new Map([
    [240, octets(1)],
    [53, octets(1)],
    [241, new Uint8Array(20)],
    [3, new Uint8Array(8)],
    [242, octets(2)],
  ]);
  const dropped: number[] = [];
  const areas = fitOptions(
    options,
    { options: 3 + 10 + 3 + 3, file: 0, serverName: 0 },
    (code) => dropped.push(code),
  );
  assertEquals(codesOf(areas.options), [53, 240, 3, 242]);
  assertEquals(dropped, [241]);
});

Deno.test("fitOptions() does not put a part into an area that is read before the part it continues", () => {
  const value = Uint8Array.from({ length: 270 }, (_, i) => i);
  const options = new Map([
    [53, octets(1)],
    [12, new Uint8Array(10)],
    [43, value],
    [15, new Uint8Array(20)],
  ]);
  const areas = fitOptions(options, {
    options: 3 + 3 + 12 + 257 + 10,
    file: 40,
    serverName: 0,
  });
  assertEquals(codesOf(areas.options), [53, 12, 43]);
  assertEquals(codesOf(areas.file), [43, 15]);
});

Deno.test("fitOptions() keeps relay information in the options area, and last", () => {
  const options = new Map([
    [82, new Uint8Array(20)],
    [53, octets(1)],
    [12, new Uint8Array(20)],
  ]);
  const areas = fitOptions(options, { options: 30, file: 127, serverName: 0 });
  assertEquals(codesOf(areas.options), [53, 82]);
  assertEquals(codesOf(areas.file), [12]);
});

Deno.test("fitOptions() drops even the message type where nothing has room", () => {
  const dropped: number[] = [];
  const areas = fitOptions(
    new Map([[53, octets(1)], [12, octets(1)], [1, octets(1)]]),
    { options: 2, file: 0, serverName: 0 },
    (code) => dropped.push(code),
  );
  assertEquals(areas, { options: [], file: [], serverName: [] });
  assertEquals(dropped, [53, 1, 12]);
});

Deno.test("fitOptions() leaves the message type in the options area, however large option 82 is", () => {
  for (let length = 280; length < 310; length++) {
    const options = new Map([
      [53, octets(2)],
      [54, octets(10, 0, 0, 1)],
      [82, new Uint8Array(length)],
    ]);
    const rooms = { options: 307, file: 127, serverName: 63 };
    const areas = fitOptions(options, rooms);
    assertEquals(codesOf(areas.options)[0], 53, `${length} octets`);
  }
});
