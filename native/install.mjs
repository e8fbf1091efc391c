/**
 * The install script: gets the native backend, or says in one line that the JavaScript reference will run instead and exits 0.
 *
 *   1. prebuilds/<platform>-<arch>/ganglion.node, when there is one for this Node and it loads;
 *   2. else a build with node-gyp, see build.mjs.
 *
 * Environment:
 *   GANGLION_NATIVE=off      do nothing
 *   GANGLION_NATIVE=require  a missing backend is an error (exit 1); for CI
 */
import fs from 'node:fs';
import path from 'node:path';
import { build, loads, log, root, Unavailable } from './build.mjs';
import { prebuilt } from './prebuilt.mjs';

/** Everything this script prints is one line, begun before the long wait and ended after it. */
let begun = false;
function say(text) {
  process.stdout.write(begun ? text : `ganglion: ${text}`);
  begun = true;
}

function fromSource() {
  const started = Date.now();
  const file = build({ begun: () => say('building the native backend ... ') });
  if (!loads(file)) throw new Unavailable(`built but does not load, see ${log}`, 'report it with the log');
  fs.rmSync(path.join(root, log));
  say(`done in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
}

function main() {
  const mode = process.env.GANGLION_NATIVE ?? '';
  if (!['', 'off', 'require'].includes(mode)) {
    say(`GANGLION_NATIVE must be off, require or unset, got '${mode}'\n`);
    return 1;
  }
  const carried = prebuilt();
  if (mode === 'off' || (carried !== undefined && loads(carried))) return 0;
  try {
    fromSource();
    return 0;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const consequence =
      mode === 'require' ? 'GANGLION_NATIVE=require forbids the reference' : 'the reference backend will run (same results, slower)';
    say(`${error.message}; ${consequence}. Remedy: ${error.remedy}, then run \`npm rebuild\`.\n`);
    return mode === 'require' ? 1 : 0;
  }
}

process.exitCode = main();
