/** Ends the command with an exit code when all that there is to say has been said. */
export class ExitError extends Error {
  override readonly name = 'ExitError'
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`The command ends with the exit code ${exitCode}.`)
    this.exitCode = exitCode
  }
}
