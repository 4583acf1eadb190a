/** A path as a shell takes it, so that what we tell people to type can be copied. */
export function quoted(file: string): string {
  return /^[\w/.@-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}
