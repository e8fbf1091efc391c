import picocolors from 'picocolors';

/** Color where a person looks: a terminal, or FORCE_COLOR; never with NO_COLOR, and not because some build server says CI. */
const wanted = (stream: NodeJS.WriteStream): boolean => {
  const { NO_COLOR = '', FORCE_COLOR = '' } = process.env;
  return NO_COLOR === '' && (FORCE_COLOR !== '' || (stream.isTTY === true && process.env['TERM'] !== 'dumb'));
};

/** For reports on stdout. */
export const out = picocolors.createColors(wanted(process.stdout));
/** For progress and problems on stderr. */
export const err = picocolors.createColors(wanted(process.stderr));
