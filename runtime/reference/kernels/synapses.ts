import type { TopologyRegion } from '../../program/ops.ts';
import type { Memory, Step } from './kernel.ts';

/** What is done to synapse k = (i, j): the array index, the presynaptic and the postsynaptic neuron. */
export type Synapse = (k: number, i: number, j: number) => void;

/** Visits every place of a dense matrix, padding included. */
export const dense =
  (pre: number, stride: number, body: Synapse, skip: (i: number) => boolean = () => false): (() => void) =>
  () => {
    for (let i = 0; i < pre; i++) {
      if (skip(i)) continue;
      for (let j = 0; j < stride; j++) body(i * stride + j, i, j);
    }
  };

/** Visits every synapse of a dense matrix, and no padding. */
export const unpadded =
  (pre: number, post: number, stride: number, body: Synapse): (() => void) =>
  () => {
    for (let i = 0; i < pre; i++) for (let j = 0; j < post; j++) body(i * stride + j, i, j);
  };

/** Visits every stored synapse, in rows of its presynaptic neuron. */
export const stored = (
  pre: number,
  rowStart: TopologyRegion,
  column: TopologyRegion,
  { topology }: Memory,
  body: Synapse,
  skip: (i: number) => boolean = () => false,
): (() => void) => {
  const [start, post] = [topology(rowStart), topology(column)];
  return () => {
    for (let i = 0; i < pre; i++) {
      if (skip(i)) continue;
      for (let k = start[i]!; k < start[i + 1]!; k++) body(k, i, post[k]!);
    }
  };
};

/** A step that does nothing where every factor is 0. */
export const unlessZero =
  (factor: Float32Array, walk: () => void): Step =>
  () => {
    if (factor.some((value) => value !== 0)) walk();
  };
