/** Networks in and out of NIR, the Neuromorphic Intermediate Representation: the only file that others import. */
export { encodeNir, readNir } from './file.ts';
export { type NirArray, type NirEdge, type NirGraph, type NirNode, nirArray, nirNode } from './graph.ts';
export type { Translation } from './losses.ts';
export { type FromNir, type FromNirOptions, fromNir } from './network-in.ts';
export { type ToNir, type ToNirOptions, toNir } from './network-out.ts';
export type { Discretization } from './time.ts';
