import { realpath, stat } from 'node:fs/promises'
import { dirname, extname, isAbsolute, join, relative, sep } from 'node:path'
import { fitsKey } from './page-key.ts'

/** What files of Markdown end with. */
export const markdownExtensions: readonly string[] = ['.md', '.markdown']

const pageExtensions = new Set(['.html', '.htm', '.xhtml', ...markdownExtensions])

/** What a link leads to: a page of the folder, nothing, or what is none of this crawl's business. */
export type Destination =
  | { readonly kind: 'page'; readonly path: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'other' }

/**
 * Finds out where a link leads. A link that begins with a slash begins at the folder, as on a site.
 *
 * @param folder absolute and without symbolic links
 * @param from path of the page that has the link
 * @param href as it is written there
 */
export async function followLink(folder: string, from: string, href: string): Promise<Destination> {
  const [written = ''] = href.split(/[?#]/, 1)
  if (written === '' || written.startsWith('//') || URL.canParse(href)) return { kind: 'other' }
  let path: string
  try {
    path = decodeURIComponent(written)
  } catch {
    return { kind: 'missing' }
  }
  return await findPage(folder, path.startsWith('/') ? path : join(dirname(from), path))
}

/**
 * Looks for a page in the folder, and never outside of it: neither by `..` nor by a symbolic link.
 * A page has one path, however many names lead to it.
 *
 * @param path relative to the folder
 */
export async function findPage(folder: string, path: string): Promise<Destination> {
  const asked = join(folder, path)
  if (!isWithin(folder, asked)) return { kind: 'other' }
  try {
    const found = await realpath(asked)
    if (!isWithin(folder, found)) return { kind: 'other' }
    const kind = await stat(found)
    if (kind.isDirectory()) return await findPage(folder, join(path, 'index.html'))
    const pagePath = relative(folder, found).replaceAll(sep, '/')
    const isPage = kind.isFile() && pageExtensions.has(extname(found).toLowerCase())
    return isPage && fitsKey(pagePath) ? { kind: 'page', path: pagePath } : { kind: 'other' }
  } catch {
    return { kind: 'missing' }
  }
}

/** Whether a path is the folder or in it, as far as its text tells. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
