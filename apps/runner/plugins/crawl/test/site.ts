import { mkdir, mkdtempDisposable, realpath, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder of pages for a test; it is removed at its end. */
export interface Site extends AsyncDisposable {
  /** Absolute and without symbolic links. */
  readonly folder: string
  /** Paths of all pages that can be reached, sorted. */
  readonly paths: readonly string[]
}

const pageCount = 60

/** Writes files into a folder of their own. */
export async function createSite(files: Readonly<Record<string, string>>): Promise<Site> {
  const temporary = await mkdtempDisposable(join(tmpdir(), 'holdfast-crawl-'))
  const folder = await realpath(temporary.path)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return {
    folder,
    paths: Object.keys(files).toSorted(compareTexts),
    [Symbol.asyncDispose]: () => temporary.remove(),
  }
}

/** Sixty pages in folders, every one of which can be reached from `index.html`, in many circles. */
export async function createLargeSite(): Promise<Site> {
  const pages = Array.from({ length: pageCount }, (_, index) => {
    const links = [index + 1, index * 7, index * 2, 0].map((target) => pathOf(target % pageCount))
    const anchors = links.map((path) => `<a href="/${encodeURIComponent(path)}#top">go</a>`)
    const extras =
      '<a href="/image.png">image</a><a href="/gone.html">gone</a><a href="../..">up</a>'
    return [pathOf(index), `<title>Page ${index}</title>${anchors.join(' ')}${extras}`] as const
  })
  const site = await createSite(Object.fromEntries(pages))
  await writeFile(join(site.folder, 'image.png'), '<a href="unlinked.html">no page</a>')
  await writeFile(join(site.folder, 'unlinked.html'), '<title>Nobody links here</title>')
  await symlink('index.html', join(site.folder, 'alias.html'))
  return site
}

function pathOf(index: number): string {
  if (index === 0) return 'index.html'
  // Some names have what a key must not have, and what an encoding has to be careful with.
  const name = ['page', 'a:b', 'c#d', '50%25', 'é 猫'][index % 5]
  return `${index % 3 === 0 ? '' : `folder-${index % 4}/`}${name}-${index}.html`
}

export function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
