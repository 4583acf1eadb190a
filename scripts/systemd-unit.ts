/** Prints the systemd user unit of the Debian package. */
import { unitText } from '../src/cli/service/systemd-unit.js';

process.stdout.write(unitText(['/usr/bin/nuage-mount']));
