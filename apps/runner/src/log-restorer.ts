import { type PluginLog, type PluginManifest, stackRestorer } from '@holdfast/host'

/** Makes a function that puts the author's files and lines into what built plugins log. */
export function logRestorer(plugins: readonly PluginManifest[]): (log: PluginLog) => PluginLog {
  const built = plugins.filter(({ bundle }) => bundle !== null)
  const restorers = new Map(built.map(({ id, entryPath }) => [id, stackRestorer(entryPath)]))
  return (log) => ({ ...log, text: restorers.get(log.plugin)?.(log.text) ?? log.text })
}
