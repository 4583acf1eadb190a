/** Where the configuration is. */
import os from 'node:os';
import path from 'node:path';

/** `$XDG_CONFIG_HOME/nuage-mount/config.toml`. */
export function configPath(): string {
  const given = process.env['XDG_CONFIG_HOME'];
  const base = given !== undefined && path.isAbsolute(given) ? given : undefined;
  return path.join(base ?? path.join(os.homedir(), '.config'), 'nuage-mount', 'config.toml');
}
