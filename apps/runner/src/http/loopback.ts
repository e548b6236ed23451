import { HoldfastError, quoteOrDescribe } from '@holdfast/core'

/** Whether the host part of a URL, as `URL` writes it, can only mean this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  )
}

/**
 * Takes the address to listen on.
 *
 * @returns as Node wants it, without the brackets of IPv6
 * @throws {@link HoldfastError} `USAGE` for an address that others can reach
 */
export function parseListenAddress(text: string): string {
  const address = text.replace(/^\[(?<inner>.*)\]$/, '$<inner>')
  if (isLoopback(toHostname(address))) return address
  throw new HoldfastError(
    'USAGE',
    `holdfast serve listens on loopback alone, such as 127.0.0.1 or ::1; got ${quoteOrDescribe(text)}. To serve others, put a reverse proxy with TLS in front of it.`,
  )
}

/** An address as it stands in a URL. */
export function toHostname(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
