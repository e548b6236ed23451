import postgres, { type Sql } from 'postgres'
import { inject } from 'vitest'

/** Makes databases on the server of the tests, and removes them. */
export class Databases implements AsyncDisposable {
  readonly #admin: Sql
  readonly #url: string

  constructor(url: string = inject('postgresUrl')) {
    this.#url = url
    this.#admin = postgres(url, { max: 1, onnotice: () => undefined })
  }

  /** Makes an empty database. Returns its URL. */
  async create(): Promise<string> {
    const name = `test_${crypto.randomUUID().replaceAll('-', '')}`
    await this.#admin.unsafe(`CREATE DATABASE ${name}`)
    const url = new URL(this.#url)
    url.pathname = `/${name}`
    return url.href
  }

  async drop(url: string): Promise<void> {
    await this.#admin.unsafe(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.end()
  }
}
