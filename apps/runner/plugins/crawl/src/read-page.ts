import { readFile, realpath } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { marked } from 'marked'
import { followLink, isWithin, markdownExtensions } from './find-page.ts'
import type { PageRecord } from './page-record.ts'
import { type ParsedPage, parseHtml } from './parse-html.ts'

/** Reads a page and looks where its links lead. What cannot be read is a page that says why. */
export async function readPage(folder: string, path: string): Promise<PageRecord> {
  let source: string
  try {
    // It may have become a symbolic link since it was found.
    const file = await realpath(join(folder, path))
    if (!isWithin(folder, file)) return unreadable(path, 'OUTSIDE')
    source = await readFile(file, 'utf8')
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    return unreadable(path, code)
  }
  const { title, text, hrefs } = parsePage(path, source)
  const links = new Set<string>()
  const deadLinks: string[] = []
  for (const href of hrefs) {
    const destination = await followLink(folder, path, href)
    if (destination.kind === 'page') links.add(destination.path)
    if (destination.kind === 'missing') deadLinks.push(href)
  }
  return { path, title, textLength: text.length, links: [...links], deadLinks, error: null }
}

function unreadable(path: string, error: string): PageRecord {
  return { path, title: null, textLength: 0, links: [], deadLinks: [], error }
}

function parsePage(path: string, source: string): ParsedPage {
  const isMarkdown = markdownExtensions.includes(extname(path).toLowerCase())
  return parseHtml(isMarkdown ? marked.parse(source, { async: false }) : source)
}
