/** rclone's way to an account, without a configuration file and without a password in arguments. */
import type { Account } from './servers.js';
import { run } from './processes.js';

export async function rcloneEnvironment(account: Account): Promise<NodeJS.ProcessEnv> {
  const obscured = await run('rclone', ['obscure', '-'], { input: account.password });
  return {
    ...process.env,
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_NUAGE_TYPE: 'webdav',
    RCLONE_CONFIG_NUAGE_URL: `${account.url}/remote.php/dav/files/${account.user}`,
    RCLONE_CONFIG_NUAGE_VENDOR: 'nextcloud',
    RCLONE_CONFIG_NUAGE_USER: account.user,
    RCLONE_CONFIG_NUAGE_PASS: obscured.trim(),
  };
}
