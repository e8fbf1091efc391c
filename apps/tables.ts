/** Characters of a table of cli-table3 that has no frame. */
export const bare = {
  left: '',
  right: '',
  'top-left': '',
  'top-right': '',
  'bottom-left': '',
  'bottom-right': '',
  'left-mid': '',
  'right-mid': '',
};
