import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'

// The sources that are published; what changes there, users see.
const published = [':(glob)packages/*/src/**', ':(glob)apps/runner/src/**']

const release = lastRelease()
const changed = changedSince(release)
const changesets = globSync('.changeset/*.md', { exclude: ['.changeset/README.md'] })

if (changed.length > 0 && changesets.length === 0) {
  process.stderr.write(
    `${changed.length} published source files have changed since ` +
      `${release ?? 'the beginning'}, such as ${changed[0]}, and .changeset/ has no changeset. ` +
      `Run \`pnpm changeset\`; .changeset/README.md shows what a good one says.\n`,
  )
  process.exitCode = 1
}

/** The commit of the last `changeset version`, which is what writes the change logs. */
function lastRelease(): string | undefined {
  const [commit] = git(['log', '-1', '--format=%h', '--', ':(glob)packages/*/CHANGELOG.md'])
  return commit
}

function changedSince(commit: string | undefined): string[] {
  const untracked = git(['ls-files', '--others', '--exclude-standard', '--', ...published])
  const tracked =
    commit === undefined
      ? git(['ls-files', '--', ...published])
      : git(['diff', '--name-only', commit, '--', ...published])
  return [...tracked, ...untracked]
}

function git(args: readonly string[]): string[] {
  return execFileSync('git', args, { encoding: 'utf8' }).split('\n').filter(Boolean)
}
