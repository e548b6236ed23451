import { Parser } from 'htmlparser2'

/** What a crawler wants to know of a page. */
export interface ParsedPage {
  /** Its title, or else its first heading. */
  readonly title: string | null
  /** What a reader sees, a run of white space as one space. */
  readonly text: string
  /** Addresses of its links, as they are written, each once. */
  readonly hrefs: readonly string[]
}

const unseenElements = new Set(['head', 'title', 'script', 'style', 'template'])

/** Reads a page of HTML, however wrong it is: like a browser, it makes the best of it. */
export function parseHtml(html: string): ParsedPage {
  const path: string[] = []
  const hrefs = new Set<string>()
  const found = { title: '', heading: '', text: '' }
  let headings = 0
  const parser = new Parser({
    onopentag(name, { href }) {
      path.push(name)
      if (name === 'h1') headings++
      if ((name === 'a' || name === 'area') && href !== undefined) hrefs.add(href.trim())
    },
    ontext(text) {
      // A drawing has a title too, which is not the page's.
      if (path.at(-1) === 'title' && !path.includes('svg')) found.title += text
      if (path.some((name) => unseenElements.has(name))) return
      found.text += text
      if (headings === 1 && path.includes('h1')) found.heading += text
    },
    onclosetag() {
      path.pop()
    },
  })
  parser.end(html)
  const title = collapse(found.title) || collapse(found.heading) || null
  return { title, text: collapse(found.text), hrefs: [...hrefs] }
}

function collapse(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
