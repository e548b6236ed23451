import postgres, { type Sql } from 'postgres'

/** Makes databases on a server, and removes them. */
export class Databases implements AsyncDisposable {
  readonly #admin: Sql
  readonly #url: string

  /** @param url - of any database of the server, for a user who may make others */
  constructor(url: string) {
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

  /** Removes a database, whoever is connected to it. */
  async drop(url: string): Promise<void> {
    await this.#admin.unsafe(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.end()
  }
}
