import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'

/**
 * Line and branch coverage of local/interpreter by its own tests; fails below 100 %. The tests are bundled first, because the loader that
 * runs TypeScript on the fly puts a line of its own into every file, whose branches would be counted.
 */

const FOLDER = '.esbuild/coverage'
const BUNDLE = join(FOLDER, 'interpreter.mjs')
const MEASURED = 'local/interpreter/'
const TESTS = ['test/unit/local/interpreter', 'test/conformance']

interface Count {
  total: number
  covered: number
}

type Summary = Record<string, { lines: Count; branches: Count }>

async function bundleTests(): Promise<void> {
  const entry = join(FOLDER, 'entry.ts')
  const files = TESTS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ).filter((file) => file.endsWith('.test.ts'))
  writeFileSync(entry, files.map((file) => `import '../../${file}'`).join('\n'))
  await build({
    entryPoints: [entry],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
  })
}

/** Runs the bundle under c8, which maps what ran back to the sources. */
function measure(): Summary {
  const c8 = ['c8', '--include', BUNDLE, '--reporter', 'json-summary', '--reports-dir', FOLDER]
  const mocha = ['mocha', '--no-config', '--timeout', '60000', '--reporter', 'dot', BUNDLE]
  const { status } = spawnSync('npx', [...c8, ...mocha], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('the tests of the interpreter fail')
  return JSON.parse(readFileSync(join(FOLDER, 'coverage-summary.json'), 'utf8')) as Summary
}

rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER, { recursive: true })
await bundleTests()
const measured = Object.entries(measure())
  .map(([path, counts]) => ({ file: relative('.', path), ...counts }))
  .filter(({ file }) => file.startsWith(MEASURED))
const sum = (kind: 'lines' | 'branches', what: keyof Count): number =>
  measured.reduce((total, file) => total + file[kind][what], 0)
const loose = measured.filter(({ lines, branches }) => lines.covered < lines.total || branches.covered < branches.total)
for (const { file, lines, branches } of loose) {
  process.stdout.write(
    `${file}: ${lines.covered}/${lines.total} lines, ${branches.covered}/${branches.total} branches\n`,
  )
}
process.stdout.write(
  `${measured.length} files: ${sum('lines', 'covered')} of ${sum('lines', 'total')} lines, ` +
    `${sum('branches', 'covered')} of ${sum('branches', 'total')} branches\n`,
)
process.exitCode = loose.length === 0 ? 0 : 1
