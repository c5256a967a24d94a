import { type Backing, memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";

/** An embedded target with a LUN of `size` bytes, which cannot be read from byte `from` on. */
export async function damagedTarget(
  size: number,
  from: number,
): Promise<{ target: Target; damage: { from: number }; backing: Backing }> {
  const backing = memoryBacking(size);
  const damage = { from };
  const damaged: Backing = {
    size: backing.size,
    blockSize: backing.blockSize,
    readInto: (buffer, position) =>
      position + buffer.length > damage.from
        ? Promise.reject(new Error("The medium is damaged here"))
        : backing.readInto(buffer, position),
    write: (buffer, position) => backing.write(buffer, position),
    flush: () => backing.flush(),
  };
  return { target: await startTarget({ luns: [{ number: 1, backing: damaged }] }), damage, backing };
}
