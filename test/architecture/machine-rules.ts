const homes = /(^|[\s"'`=(:[])\/(home|Users|root|work)\/[\w.-]+/;
const registries =
  /\bregistry\.(npmjs|yarnpkg|npmmirror)\.|\b(pypi\.org|pythonhosted\.org)\/|"resolved": "https?:/;

/** Lines that would mean something on one machine or behind one registry only. */
export function findMachineTraces(path: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const found = homes.exec(line) ?? registries.exec(line);
    return found ? [`${path}:${index + 1} names ${found[0].trim()}`] : [];
  });
}
