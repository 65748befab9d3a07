import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('./runtime/', import.meta.url))

/** Where the code of functions lies on this machine. */
export interface CodeDirectory {
  /** The worker threads' program. */
  program: string
  /** The folder under which bundles are unpacked. */
  bundles: string
}

/** Makes the folder ready; must be done before any bundle is unpacked or run. */
export async function prepareCodeDirectory(directory: string): Promise<CodeDirectory> {
  const bundles = join(directory, 'functions')
  await mkdir(bundles, { recursive: true })
  // Ends Node's search for the package.json that says whether `.js` means CommonJS: on AWS no folder lies above the code.
  await writeWhole(join(bundles, 'package.json'), '{}\n')
  return { program: await runtimeProgram(directory), bundles }
}

/**
 * The worker threads' program as one JavaScript file, because workers run without the TypeScript loader of this process
 * (it would cost every cold start). Built when its sources change.
 */
async function runtimeProgram(directory: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(SOURCE)).sort()) hash.update(await readFile(join(SOURCE, name)))
  const file = join(directory, `runtime-${hash.digest('hex').slice(0, 16)}.mjs`)
  if (!existsSync(file)) await writeWhole(file, await bundleRuntime())
  return file
}

async function bundleRuntime(): Promise<Uint8Array> {
  const { buildSync } = await import('esbuild')
  const { outputFiles } = buildSync({
    entryPoints: [join(SOURCE, 'main.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  })
  return outputFiles[0]!.contents
}

/** Nobody ever sees half of the file. */
async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${file}.${process.pid}.unfinished`
  await writeFile(unfinished, content)
  await rename(unfinished, file)
}
