import postgres from 'postgres'

const partitions = 4
const tables = ['accounts', 'chunks', 'entries', 'readers', 'streams']

/** Makes the tables of a database that has been migrated anew, in partitions by workspace. */
export async function partitionByWorkspace(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => undefined })
  await client.unsafe(tables.map(partition).join('\n'))
  await client.end()
}

/** How many partitions each table of the schema has that has any. */
export async function countPartitions(url: string): Promise<Readonly<Record<string, number>>> {
  const client = postgres(url, { max: 1 })
  const rows = await client<{ readonly name: string; readonly count: number }[]>`
    SELECT parent.relname AS name, count(*)::int AS count
    FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent
    WHERE parent.relnamespace = 'holdfast'::regnamespace AND parent.relkind = 'p'
    GROUP BY 1 ORDER BY 1`
  await client.end()
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]))
}

function partition(table: string): string {
  const parts = Array.from(
    { length: partitions },
    (_, part) =>
      `CREATE TABLE holdfast.${table}_${part} PARTITION OF holdfast.${table}
         FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${part});`,
  )
  return `
    ALTER TABLE holdfast.${table} RENAME TO ${table}_whole;
    CREATE TABLE holdfast.${table} (LIKE holdfast.${table}_whole INCLUDING ALL)
      PARTITION BY HASH (workspace);
    ${parts.join('\n')}
    DROP TABLE holdfast.${table}_whole;`
}
