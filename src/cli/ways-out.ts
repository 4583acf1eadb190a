/** The default routes of this machine, in words that change when it moves to another network. */
import type { networkInterfaces } from 'node:os';

type Interfaces = ReturnType<typeof networkInterfaces>;

/**
 * Gateways and interfaces, with what this machine is called there. Those of IPv6 count where there
 * is no other: beside IPv4 they come and go, and nothing is lost.
 * @param routes of IPv4; other systems have no such file, and their addresses are taken together.
 */
export function waysOut(
  interfaces: Interfaces,
  routes: string | undefined,
  routesV6: string | undefined,
): string {
  if (routes === undefined) {
    return Object.keys(interfaces)
      .map((name) => ownAddresses(interfaces, name))
      .sort()
      .join('\n');
  }
  const ways = lines(routes)
    .filter(([, destination, , , , , , mask]) => destination === NOWHERE && mask === NOWHERE)
    .map(([name = '', , gateway = '']) => `${gateway} ${ownAddresses(interfaces, name)}`);
  const found = ways.length > 0 ? ways : waysOutV6(interfaces, routesV6 ?? '');
  return [...new Set(found)].sort().join('\n');
}

const NOWHERE = '00000000';

/** Columns as in Linux's net/ipv6/route.c: destination, length, …, next hop, …, device. */
function waysOutV6(interfaces: Interfaces, routes: string): readonly string[] {
  return lines(routes)
    .filter(([destination = '', length]) => /^0+$/.test(destination) && length === '00')
    .map((columns) => [columns[4] ?? '', columns[9] ?? ''] as const)
    .filter(([, name]) => name !== 'lo')
    .map(([gateway, name]) => `${gateway} ${ownNetworks(interfaces, name)}`);
}

function ownAddresses(interfaces: Interfaces, name: string): string {
  const there = (interfaces[name] ?? []).filter(({ family }) => family === 'IPv4');
  return [name, ...there.map(({ address }) => address)].join(' ');
}

/** The second half of an address changes for privacy; the gateway is fe80::1 in many homes. */
function ownNetworks(interfaces: Interfaces, name: string): string {
  const there = (interfaces[name] ?? []).filter(
    ({ family, address }) => family === 'IPv6' && !address.startsWith('fe80:'),
  );
  const networks = there.map(({ address }) => networkOf(address));
  return [name, ...new Set(networks)].join(' ');
}

/** The first four groups, where `::` stands for as many zeros as are missing. */
function networkOf(address: string): string {
  const [head = '', tail = ''] = address.split('::');
  const [first, last] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''));
  const known = [...(first ?? []), ...(last ?? [])].length;
  const zeros = Array.from({ length: 8 - known }, () => '0');
  return [...(first ?? []), ...zeros, ...(last ?? [])].slice(0, 4).join(':');
}

function lines(table: string): readonly (readonly string[])[] {
  return table.split('\n').map((line) => line.trim().split(/\s+/));
}
