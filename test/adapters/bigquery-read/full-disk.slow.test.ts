import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import type { ShardliftError } from "../../../src/errors.ts";
import { mountSmallDisk } from "../../support/small-disk.ts";
import { createReadWorld, errorOf, lift, open, reportOf, type TransportName, table } from "./read-world.ts";

const noDisk = "no small file system can be mounted here: that needs root";
const transports: TransportName[] = ["extract", "storage-read"];

/** Texts that do not pack well. */
const rows = `SELECT 'view' AS event_name, i::BIGINT AS event_timestamp, [{key: 'a', value: {string_value: md5(i::VARCHAR) || md5((i + 7)::VARCHAR)}}] AS event_params FROM range(60000) AS rows(i)`;

test.each(transports)(
  "%s: a disk that fills up while rows come is told, and is free again",
  async (transport) => {
    const world = await createReadWorld();
    await world.writeQuery(table, rows);
    const shard = await open(world.source);
    const disk = await mountSmallDisk(world.spill, 1_000_000);
    if (disk === null) return expect.soft(process.getuid?.(), noDisk).not.toBe(0);

    const { outcome } = await lift(world.engine(transport, { partBytes: 500_000 }), { shard, prefix: "a/" });

    const { code, parts } = errorOf(outcome) as ShardliftError;
    expect([code, parts.failed]).toEqual(["outside", "A disk is full: the day could not be extracted."]);
    expect(parts.received).toMatch(/no space left on device/i);
    expect([await readdir(world.spill), disk.readUsedBytes()]).toEqual([[], 0]);
    disk.remove();
    const again = await lift(world.engine(transport), { shard, prefix: "a/" });
    expect(reportOf(again.outcome).balance.written).toBe(60_000);
  },
);
