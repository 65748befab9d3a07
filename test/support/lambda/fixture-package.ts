import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import type { LambdaFunction } from '../../../local/services/lambda/lambda-function.ts'
import { zipFiles } from '../zip-files.ts'

export const ACCOUNT_ID = '000000000000'
export const REGION = 'us-east-1'
export const FIXTURE_ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/fixture`

export interface FixturePackage {
  /** An empty folder of the test's own. */
  directory: string
  /** A function whose handler is in the package: `fixture.echo`, `module.handler`, `broken.handler`, … */
  lambda(name: string, changes?: Partial<LambdaFunction>): LambdaFunction
  remove(): void
}

/** Bundles the fixture functions as the product's are bundled and zips them, with some more modules good and bad. */
export function createFixturePackage(): FixturePackage {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-lambda-'))
  const zipFile = join(directory, 'fixture.zip')
  const [map, code] = bundle()
  writeFileSync(
    zipFile,
    zipFiles({
      'fixture.js': code!,
      'fixture.js.map': map!,
      'module.mjs': 'export const handler = async () => ({ url: import.meta.url.split("/").at(-1) })',
      'typed/package.json': '{"type":"module"}',
      'typed/module.js': 'export const nested = { handler: async () => typeof require }',
      'broken.js': 'exports.handler = async () => {',
      'unbundled.js': "require('mocha'); exports.handler = async () => 'found'",
      'unready.js': "throw new RangeError('BUCKET is not set')",
      'stopped.js': 'process.exit(3)',
    }),
  )
  return {
    directory,
    lambda: (name, changes = {}) => ({
      name,
      arn: `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`,
      description: '',
      zipFile,
      handler: `fixture.${name}`,
      runtime: 'nodejs24.x',
      timeoutSeconds: 20,
      memoryMegabytes: 128,
      environment: {},
      roleArn: FIXTURE_ROLE,
      logGroup: `/aws/lambda/${name}`,
      architectures: ['arm64'],
      retryAttempts: 2,
      ...changes,
    }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function bundle(): Uint8Array[] {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL('./fixture-functions.ts', import.meta.url))],
    outfile: 'fixture.js',
    bundle: true,
    write: false,
    minify: true,
    sourcemap: 'linked',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  })
  return outputFiles.map(({ contents }) => contents)
}
