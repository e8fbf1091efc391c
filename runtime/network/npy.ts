import { raise } from '../errors.ts';

/** Reads a .npy array (format 1.0 to 3.0): little-endian float32 or float64 in C order. `path` is for the message only. */
export function parseNpy(bytes: Uint8Array, path: string): { readonly shape: readonly number[]; readonly values: Float64Array } {
  const fail = (value: string): never => raise('ERR_BAD_NPY', { path, value });
  if (bytes.length < 12 || bytes[0] !== 0x93 || String.fromCharCode(...bytes.subarray(1, 6)) !== 'NUMPY') return fail('no NUMPY magic');
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3) return fail(`version ${version}`);
  const wide = version >= 2;
  const headerLength = wide ? data.getUint32(8, true) : data.getUint16(8, true);
  const start = (wide ? 12 : 10) + headerLength;
  if (start > bytes.length) return fail('the header is cut off');
  const header = new TextDecoder('latin1').decode(bytes.subarray(wide ? 12 : 10, start));
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const shapeText = /'shape':\s*\(([^()]*)\)/.exec(header)?.[1];
  if (type !== '<f4' && type !== '<f8') return fail(type === undefined ? 'a type of several fields' : `type ${type.slice(0, 20)}`);
  if (!/'fortran_order':\s*False/.test(header) || shapeText === undefined) return fail('not in C order');
  // Not one expression for the whole: it would take the square of a long shape's time.
  const sizes = shapeText.split(',').map((text) => text.trim());
  if (sizes.at(-1) === '') sizes.pop();
  if (!sizes.every((text) => /^\d+$/.test(text))) return fail(`shape (${shapeText.slice(0, 40)})`);
  const shape = sizes.map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  const size = type === '<f4' ? 4 : 8;
  if (!Number.isSafeInteger(count) || bytes.length - start < count * size)
    return fail(`${bytes.length - start} bytes for shape (${shapeText.slice(0, 40)})`);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = size === 4 ? data.getFloat32(start + 4 * i, true) : data.getFloat64(start + 8 * i, true);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) raise('ERR_NOT_FINITE', { path: `${path}[${wrong}]`, value: values[wrong] });
  return { shape, values };
}
