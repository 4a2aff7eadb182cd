/** So many octets that follow from a number, and look random: no part of them looks like another. */
export function contentOf(seed: number, sizeBytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4));
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, sizeBytes);
}

/** Whether two files are the same. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}

/** All files below a directory, by their names relative to it. */
export function readTree(root: string, below = ""): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const { name, isDirectory } of Deno.readDirSync(root + below)) {
    const path = `${below}/${name}`;
    if (isDirectory) {
      for (const [each, bytes] of readTree(root, path)) files.set(each, bytes);
    } else files.set(path, Deno.readFileSync(root + path));
  }
  return files;
}
