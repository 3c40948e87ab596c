import { readdir, readFile } from "node:fs/promises";

const pageBytes = 4096;
/** Places in /proc/<pid>/stat behind the program's name. */
const [sessionPlace, residentPlace] = [3, 21];

/** Memory that all processes of a session hold, whoever their parents are by now; 0 where there is no /proc. */
export async function readSessionMemory(session: number): Promise<number> {
  const names = await readdir("/proc").catch(() => []);
  const sizes = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => readMemory(name, session)),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

async function readMemory(pid: string, session: number): Promise<number> {
  // Processes come and go meanwhile.
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return Number(fields[sessionPlace]) === session ? Number(fields[residentPlace]) * pageBytes : 0;
}
