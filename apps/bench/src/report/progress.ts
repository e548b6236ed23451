/** Says on stderr what is being done, if somebody is there to read it. */
export class Progress implements Disposable {
  readonly #isShown = process.stderr.isTTY

  show(text: string): void {
    if (this.#isShown) process.stderr.write(`\r\u001B[K${text}`)
  }

  [Symbol.dispose](): void {
    this.show('')
  }
}
