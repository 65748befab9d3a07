import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What the package is made from; a change anywhere in it makes the package stale. */
const SOURCES = [
  'events/schemas',
  'functions',
  'package-lock.json',
  'resources',
  'scripts/esbuild-plugins.cjs',
  'serverless.yml',
  'state-machines',
  'tsconfig.json',
]

function listFiles(path: string): string[] {
  if (statSync(path).isFile()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => listFiles(join(path, name)))
}

/** A hash over the names and contents of everything the package of the project in `root` is made from. */
export function digestSources(root: string): string {
  const hash = createHash('sha256')
  for (const source of SOURCES) {
    for (const file of listFiles(join(root, source))) {
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0')
    }
  }
  return hash.digest('hex')
}
