#!/bin/sh
exec /usr/lib/nuage-mount/bin/node /usr/lib/nuage-mount/dist/cli/main.js "$@"
