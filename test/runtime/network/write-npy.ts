/** Writes .npy files as numpy.save does, with a header that a test may spoil. */

export interface NpyOptions {
  readonly version?: number;
  readonly descr?: string;
  readonly fortran?: string;
  readonly shape?: string;
}

/** The bytes of an array: 1-d unless `shape` says otherwise, float64 unless `descr` does. */
export function npy(
  values: readonly number[],
  { version = 1, descr = '<f8', fortran = 'False', shape = `(${values.length},)` }: NpyOptions = {},
): Uint8Array {
  const wide = version >= 2;
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
  const before = wide ? 12 : 10;
  const header = `${text.padEnd(Math.ceil((before + text.length + 1) / 64) * 64 - before - 1)}\n`;
  const size = descr.endsWith('4') ? 4 : 8;
  const bytes = new Uint8Array(before + header.length + values.length * size);
  const data = new DataView(bytes.buffer);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), version, 0]);
  if (wide) data.setUint32(8, header.length, true);
  else data.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), before);
  values.forEach((value, index) => {
    const at = before + header.length + size * index;
    if (size === 4) data.setFloat32(at, value, true);
    else data.setFloat64(at, value, true);
  });
  return bytes;
}
