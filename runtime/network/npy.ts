import { raise } from '../errors.ts';

/** Reads a .npy array (format 1.0 to 3.0): little-endian float32 or float64 in C order. `path` is for the message only. */
export function parseNpy(bytes: Uint8Array, path: string): { readonly shape: readonly number[]; readonly values: Float64Array } {
  const fail = (value: string): never => raise('ERR_BAD_NPY', { path, value });
  if (bytes.length < 12 || bytes[0] !== 0x93 || String.fromCharCode(...bytes.subarray(1, 6)) !== 'NUMPY') return fail('no NUMPY magic');
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! >= 2;
  const headerLength = wide ? data.getUint32(8, true) : data.getUint16(8, true);
  const start = (wide ? 12 : 10) + headerLength;
  if (start > bytes.length) return fail('the header is cut off');
  const header = new TextDecoder('latin1').decode(bytes.subarray(wide ? 12 : 10, start));
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (type !== '<f4' && type !== '<f8') return fail(`type ${type}`);
  if (!/'fortran_order':\s*False/.test(header) || shapeText === undefined) return fail('not in C order');
  const shape = shapeText
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  const size = type === '<f4' ? 4 : 8;
  if (!Number.isSafeInteger(count) || bytes.length - start < count * size)
    return fail(`${bytes.length - start} bytes for shape (${shapeText})`);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = size === 4 ? data.getFloat32(start + 4 * i, true) : data.getFloat64(start + 8 * i, true);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) raise('ERR_NOT_FINITE', { path: `${path}[${wrong}]`, value: values[wrong] });
  return { shape, values };
}
