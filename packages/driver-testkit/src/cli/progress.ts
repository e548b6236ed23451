import { clearLine, cursorTo } from 'node:readline'
import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'
import type { CaseResult } from './case-result.ts'
import type { CaseSummary } from './runner-message.ts'
import { groupOf } from './test-part.ts'

/** Tells whoever waits how far it is: on a terminal a line that changes, else a line a group. */
export class Progress {
  readonly #stream: WriteStream
  #total = 0
  #done = 0
  #group = ''

  constructor(stream: WriteStream) {
    this.#stream = stream
  }

  expect(cases: number): void {
    this.#total = this.#done + cases
  }

  begin({ id, skipped }: CaseSummary): void {
    if (this.#stream.isTTY) this.#replaceLine(`${this.#count()} ${id}`)
    else if (skipped === null && groupOf(id) !== this.#group) {
      this.#group = groupOf(id)
      this.#stream.write(`${this.#count()} ${this.#group}\n`)
    }
  }

  end({ id, title, outcome }: CaseResult): void {
    this.#done++
    if (this.#stream.isTTY) this.#replaceLine('')
    if (outcome !== 'broken' && outcome !== 'unfinished') return
    const label = styleText('red', outcome, { stream: this.#stream })
    this.#stream.write(`${label} ${id}: ${title}\n`)
  }

  #count(): string {
    return `[${this.#done}/${this.#total}]`
  }

  #replaceLine(text: string): void {
    cursorTo(this.#stream, 0)
    clearLine(this.#stream, 1)
    this.#stream.write(text)
  }
}
