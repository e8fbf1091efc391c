import { AssertionError } from 'node:assert';
import type { CaseResult, SuiteResult } from './suite.ts';

/** XML 1.0 can hold no control characters but three, and no half of a surrogate pair, not even escaped. */
const FORBIDDEN = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu;
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

const text = (value: string): string => value.replace(FORBIDDEN, '\ufffd').replace(/[&<>]/g, (found) => entities[found]!);
const attribute = (value: string): string => value.replace(FORBIDDEN, '\ufffd').replace(/[&<>"\n\r\t]/g, (found) => entities[found]!);
const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** A claim that did not hold is a failure, anything else that was thrown an error. */
const isFailure = ({ error }: CaseResult): boolean => error instanceof AssertionError;

function testcase(suite: string, result: CaseResult): string {
  const { name, ms, error, log } = result;
  const open = `    <testcase name="${attribute(name)}" classname="${attribute(suite)}" time="${seconds(ms)}"`;
  if (error === undefined) return `${open}/>\n`;
  const element = isFailure(result) ? 'failure' : 'error';
  const detail = `      <${element} message="${attribute(error.message)}" type="${attribute(error.name)}">${text(error.stack ?? error.message)}</${element}>\n`;
  const out = log.length === 0 ? '' : `      <system-out>${text(log.join('\n'))}</system-out>\n`;
  return `${open}>\n${detail}${out}    </testcase>\n`;
}

/** Results as Jenkins, GitLab and GitHub read them: JUnit's `testsuites` of one suite. */
export function junit({ name, startedAt, results }: SuiteResult): string {
  const failed = results.filter(({ error }) => error !== undefined);
  const failures = failed.filter(isFailure).length;
  const time = seconds(results.reduce((sum, { ms }) => sum + ms, 0));
  const counts = `tests="${results.length}" failures="${failures}" errors="${failed.length - failures}"`;
  const stamp = startedAt.toISOString().slice(0, 19);
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${attribute(name)}" ${counts} time="${time}">\n` +
    `  <testsuite name="${attribute(name)}" ${counts} skipped="0" time="${time}" timestamp="${stamp}">\n` +
    `${results.map((result) => testcase(name, result)).join('')}  </testsuite>\n</testsuites>\n`
  );
}
