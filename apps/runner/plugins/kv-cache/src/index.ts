import { definePlugin } from '@holdfast/session'
import { Compute } from './compute.ts'
import { Invalidate } from './invalidate.ts'
import { Stats } from './stats.ts'

export default definePlugin({
  tools: { compute: Compute, invalidate: Invalidate, stats: Stats },
})
