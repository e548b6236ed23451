import { KeyvPostgres } from '@keyv/postgres'
import { Keyv } from 'keyv'
import { type BenchContent, firstKey, randomKey } from './bench-content.ts'
import type { BenchDatabase } from './bench-databases.ts'
import type { PeerClient } from './peer-rows.ts'

const batch = 1_000

/** Keyv as its readme shows it, in a table of its own with the same keys and values. */
export async function openKeyvClient({ url, content }: BenchDatabase): Promise<PeerClient> {
  const store = new KeyvPostgres({ uri: url, max: 16 })
  const keyv = new Keyv<Buffer>({ store, throwOnErrors: true })
  const value = Buffer.from(crypto.getRandomValues(new Uint8Array(content.valueBytes)))
  await fill(keyv, content, value)
  return {
    get: async () => {
      const found = await keyv.get(randomKey(content))
      if (found?.length !== content.valueBytes) throw new Error('Keyv gave something else.')
    },
    set: async () => {
      await keyv.set(randomKey(content), value)
    },
    [Symbol.asyncDispose]: () => keyv.disconnect(),
  }
}

async function fill(keyv: Keyv<Buffer>, content: BenchContent, value: Buffer): Promise<void> {
  const keys = Array.from({ length: content.keysPerScope }, (_, index) => `key-${firstKey + index}`)
  for (let start = 0; start < keys.length; start += batch) {
    await keyv.setMany(keys.slice(start, start + batch).map((key) => ({ key, value })))
  }
}
