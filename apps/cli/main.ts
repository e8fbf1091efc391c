#!/usr/bin/env node
import { CommanderError } from 'commander';
import { command } from './command.ts';
import { problem } from './terminal.ts';
import { exitCode, UsageError } from './usage.ts';

// A reader that has seen enough (`| head`) is no failure, and one that hears no progress none either.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(problem(`the output cannot be written: ${error.message}`, 'free space, or write to another place'));
  process.exit(exitCode.failed);
});
process.stderr.on('error', () => {});

const LEFT_OPEN_MS = 1000;

try {
  await command().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  else if (error instanceof UsageError) {
    process.stderr.write(problem(error.message, error.remedy));
    process.exitCode = exitCode.usage;
  } else if (error instanceof (await import('../../runtime/index.ts')).ControllerError) {
    process.stderr.write(problem(error.message, error.remedy));
    process.exitCode = exitCode.failed;
  } else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(problem(`unexpected: ${message}`, 'please report it; GANGLION_DEBUG=1 shows where it happened'));
    if (process.env['GANGLION_DEBUG'] !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.exitCode = exitCode.failed;
  }
  // What a library has left open (a socket to a server that never answered) does not keep a command that has failed.
  setTimeout(() => process.exit(), LEFT_OPEN_MS).unref();
}
