/** Tells a browser to save what it gets, under a name of any characters (RFC 6266). */
export function toContentDisposition(filename: string): string {
  const ascii = filename.replaceAll(/[^\x20-\x7e]|["%\\]/gu, '_')
  // What encodeURIComponent leaves as it is, though RFC 8187 does not.
  const full = encodeURIComponent(filename).replaceAll(/['()*]/g, percentEncode)
  return `attachment; filename="${ascii}"; filename*=UTF-8''${full}`
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
