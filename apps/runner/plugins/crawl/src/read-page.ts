import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { marked } from 'marked'
import { followLink, markdownExtensions } from './find-page.ts'
import type { PageRecord } from './page-record.ts'
import { type ParsedPage, parseHtml } from './parse-html.ts'

/** Reads a page and looks where its links lead. What cannot be read is a page that says why. */
export async function readPage(folder: string, path: string): Promise<PageRecord> {
  let source: string
  try {
    source = await readFile(join(folder, path), 'utf8')
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    return { path, title: null, textLength: 0, links: [], deadLinks: [], error: code }
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

function parsePage(path: string, source: string): ParsedPage {
  const isMarkdown = markdownExtensions.includes(extname(path).toLowerCase())
  return parseHtml(isMarkdown ? marked.parse(source, { async: false }) : source)
}
