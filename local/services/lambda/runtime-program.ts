import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('./runtime/', import.meta.url))

/**
 * The worker threads' program as one JavaScript file, because workers run without the TypeScript loader of this process
 * (it would cost every cold start). Built when its sources change, kept under `directory`.
 */
export async function runtimeProgram(directory: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(SOURCE)).sort()) hash.update(await readFile(join(SOURCE, name)))
  const file = join(directory, `runtime-${hash.digest('hex').slice(0, 16)}.mjs`)
  if (!existsSync(file)) await build(directory, file)
  return file
}

async function build(directory: string, outfile: string): Promise<void> {
  const { buildSync } = await import('esbuild')
  const { outputFiles } = buildSync({
    entryPoints: [join(SOURCE, 'main.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  })
  await mkdir(directory, { recursive: true })
  await writeFile(outfile, outputFiles[0]!.contents)
}
