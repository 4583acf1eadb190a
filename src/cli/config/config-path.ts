/** Where the configuration is, and what else a user sets. */
import os from 'node:os';
import path from 'node:path';

/** `$XDG_CONFIG_HOME`. */
export function configHome(): string {
  const given = process.env['XDG_CONFIG_HOME'];
  if (given !== undefined && path.isAbsolute(given)) return given;
  return path.join(os.homedir(), '.config');
}

/** `$XDG_CONFIG_HOME/nuage-mount/config.toml`. */
export function configPath(): string {
  return path.join(configHome(), 'nuage-mount', 'config.toml');
}
