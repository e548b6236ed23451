import type { Command } from 'commander'
import {
  grantsOption,
  modeOption,
  noMigrateOption,
  storeOption,
  wholeNumber,
} from './common-options.ts'
import type { ServeOptions } from './serve.ts'

export function addServeCommand(program: Command, signal: AbortSignal): void {
  program
    .command('serve')
    .description('Serve the tools and endpoints of plugins over HTTP, to this machine alone.')
    .option(
      '--port <n>',
      'where to listen; 0 for any port that is free',
      wholeNumber(0, 65_535),
      4653,
    )
    .option('--host <address>', 'a loopback address, or localhost', '127.0.0.1')
    .option(
      '--plugins <dir...>',
      'folders of plugins, or plugins; without it, the working directory',
    )
    .addOption(storeOption())
    .addOption(noMigrateOption())
    .option('--token-file <file>', 'ask for the token in this file; or set HOLDFAST_TOKEN')
    .option('--settings <file>', 'JSON: settings of endpoints, by the id of the plugin')
    .addOption(grantsOption())
    .addOption(modeOption())
    .option(
      '--drain-timeout-ms <n>',
      'how long calls in flight may go on after SIGTERM',
      wholeNumber(0, 2_147_483_647),
      30_000,
    )
    .option('--watch', 'load plugins anew when their files change; for development')
    .option('--json', 'print where it listens as one line of JSON to stdout')
    .addHelpText('after', help)
    .action(async (_options: ServeOptions, command: Command) => {
      const { serve } = await import('./serve.ts')
      await serve(command.optsWithGlobals<ServeOptions>(), signal)
    })
}

const help = `
Routes:
  POST /v1/workspaces/{workspace}/plugins/{plugin}/tools/{tool}
      The body is the parameters as JSON; the answer is a line of JSON for each message.
  GET  /v1/plugins, /v1/plugins/{plugin}
      What the plugins offer.
  any  /e/{workspace}/{plugin}/{path}
      The endpoint of the plugin at that path.
  GET  /healthz

With a token, all but /healthz and public endpoints ask for "Authorization: Bearer TOKEN". Without
one they are open to every program on this machine, and to the pages that plugins serve here.
Errors are problem details (RFC 9457). SIGTERM and Ctrl-C let the calls in flight finish.

Grants:
  A plugin gets what its manifest asks for, but variables of the environment only where they are named.
  --grants FILE says so, and can give less, never more:
  { "*": { "memoryBytes": 134217728 },
    "notes": { "network": false, "environment": ["OPENAI_API_KEY"], "timeoutMs": 5000 } }

Plugins:
  One that crashes, hangs or takes too much memory is ended by itself, and started anew for the next
  call. Its callers get a problem with "retryable": true, and Retry-After where they should wait.
  What it logs goes to stderr with the plugin and the workspace; --json makes each entry a line of JSON.
  docs/security.md says what each mode protects you from.

Examples:
  holdfast serve --plugins ./plugins
  holdfast serve --plugins ./notes --watch
  curl -N localhost:4653/v1/workspaces/acme/plugins/notes/tools/recall -d '{ "name": "milk" }'`
