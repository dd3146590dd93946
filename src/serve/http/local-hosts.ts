/**
 * A server without keys on this machine's own address: pages of others could reach it through a name that they let
 * point there, so it answers only to the names that are its own.
 */
import { isIP } from 'node:net';

const NAMES = ['localhost', 'localhost.localdomain', 'ip6-localhost'];

export function isLoopback(host: string): boolean {
  return NAMES.includes(host) || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** @param header the Host header, with or without a port */
export function namesThisMachine(header: string | undefined): boolean {
  if (header === undefined) return true; // HTTP/1.0, which no browser speaks
  const host = header.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isLoopback(host.toLowerCase());
}
