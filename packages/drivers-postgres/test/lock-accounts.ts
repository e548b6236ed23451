import postgres from 'postgres'

/** Takes the locks of all plugins, as a writer that takes long does, until they are released. */
export async function lockAccounts(
  url: string,
): Promise<{ readonly release: () => Promise<void> }> {
  const client = postgres(url, { max: 1, onnotice: () => undefined })
  const held = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const done = client.begin(async (sql) => {
    await sql`SELECT 1 FROM holdfast.accounts FOR UPDATE`
    held.resolve()
    await released.promise
  })
  await held.promise
  return {
    release: async () => {
      released.resolve()
      await done
      await client.end()
    },
  }
}
