import type { CaseResult } from './suite.ts';

/** TAP version 14: one line a case, and a YAML block with what did not hold. */
export const tapHeader = (cases: number): string => `TAP version 14\n1..${cases}\n`;

/** A `#` begins a directive, a line break the next test. */
const plain = (text: string): string => text.replace(/[\\#]/g, '\\$&').replace(/[\r\n]+/g, ' ');

export function tapLine({ name, ms, error, log }: CaseResult, index: number): string {
  const line = `${error === undefined ? 'ok' : 'not ok'} ${index} - ${plain(name)}\n`;
  const yaml = [`duration_ms: ${ms.toFixed(1)}`];
  if (error !== undefined) {
    yaml.push(`message: ${JSON.stringify(error.message)}`, `severity: fail`);
    if (log.length > 0) yaml.push('log:', ...log.slice(-20).map((entry) => `  - ${JSON.stringify(entry)}`));
  }
  return `${line}  ---\n${yaml.map((entry) => `  ${entry}\n`).join('')}  ...\n`;
}
