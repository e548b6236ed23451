import { definePlugin } from '@holdfast/session'
import { Crawl } from './crawl.ts'
import { Pages } from './pages.ts'
import { Reset } from './reset.ts'
import { Status } from './status.ts'

export default definePlugin({
  tools: { crawl: Crawl, status: Status, pages: Pages, reset: Reset },
})
