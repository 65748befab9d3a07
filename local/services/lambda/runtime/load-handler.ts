import { existsSync, readFileSync, statSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RuntimeError } from './error-report.ts'

export type Handler = (
  event: unknown,
  context: object,
  callback?: (error: unknown, result?: unknown) => void,
) => unknown

/** Loads `<root>/src/hello.js` for `src/hello.handler` and finds the function in it; throws what Lambda's runtime would. */
export async function loadHandler(root: string, handler: string): Promise<Handler> {
  const [, moduleName, exportPath] = /^([^.]*)\.(.+)$/.exec(basename(handler)) ?? []
  if (moduleName === undefined || exportPath === undefined) {
    throw new RuntimeError('Runtime.MalformedHandlerName', `'${handler}' is not <file>.<export>`)
  }
  const exported = await importModule(root, join(dirname(handler), moduleName))
  const found = exportPath
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], exported)
  if (typeof found !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`)
  }
  return found as Handler
}

async function importModule(root: string, name: string): Promise<unknown> {
  keepRequireInside(root)
  const file = ['.js', '.mjs', '.cjs', ''].map((extension) => join(root, name + extension)).find(isFile)
  try {
    if (file === undefined)
      throw Object.assign(new Error(`Cannot find module '${basename(name)}'`), { code: 'MODULE_NOT_FOUND' })
    return isEsModule(root, file) ? await import(pathToFileURL(file).href) : createRequire(file)(file)
  } catch (error) {
    throw asLoadError(error)
  }
}

function asLoadError(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof SyntaxError) return new RuntimeError('Runtime.UserCodeSyntaxError', String(error))
  const missing = code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
  return missing ? new RuntimeError('Runtime.ImportModuleError', String(error)) : error
}

/** A package that the bundle does not hold is missing on AWS, so it must not be found in a folder above the bundle either. */
function keepRequireInside(root: string): void {
  const internals = Module as unknown as { _nodeModulePaths(from: string): string[] }
  const original = internals._nodeModulePaths
  internals._nodeModulePaths = (from) => original(from).filter((path) => path.startsWith(root))
}

function isEsModule(root: string, file: string): boolean {
  if (!file.endsWith('.js')) return file.endsWith('.mjs')
  for (let folder = dirname(file); folder.startsWith(root); folder = dirname(folder)) {
    const packageFile = join(folder, 'package.json')
    if (existsSync(packageFile)) return JSON.parse(readFileSync(packageFile, 'utf8')).type === 'module'
  }
  return false
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
