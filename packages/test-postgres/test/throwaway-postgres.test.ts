import { existsSync } from 'node:fs'
import { Databases, ThrowawayPostgres } from '@holdfast/test-postgres'
import postgres from 'postgres'
import { expect, test } from 'vitest'

async function ask(url: string, question: string): Promise<unknown> {
  const client = postgres(url, { max: 1 })
  const [row] = await client.unsafe(question).values()
  await client.end()
  return row?.[0]
}

test('a server has its settings, keeps its data through a kill, and leaves nothing', async () => {
  await using server = await ThrowawayPostgres.start({ settings: { work_mem: '1MB' } })
  expect(await ask(server.url, 'SHOW work_mem')).toBe('1MB')
  await using databases = new Databases(server.url)
  const url = await databases.create()
  await ask(url, 'CREATE TABLE kept AS SELECT 7 AS number')
  await server.kill()
  await expect(ask(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await server.restart()
  expect(await ask(url, 'SELECT number FROM kept')).toBe(7)
  await databases.drop(url)
  const folder = String(await ask(server.url, 'SHOW data_directory'))
  await databases[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  expect(existsSync(folder)).toBe(false)
})

test('a server that is frozen answers nothing until it is thawed', async () => {
  await using server = await ThrowawayPostgres.start()
  server.freeze()
  const answer = ask(server.url, 'SELECT 1').then(() => 'answered')
  const silence = new Promise((resolve) => setTimeout(resolve, 100, 'silent'))
  expect(await Promise.race([answer, silence])).toBe('silent')
  server.thaw()
  expect(await answer).toBe('answered')
})

test('a server that cannot start says why, and leaves nothing', async () => {
  const starting = ThrowawayPostgres.start({ settings: { work_mem: 'much' } })
  await expect(starting).rejects.toThrow(/invalid value for parameter "work_mem"/)
})
